using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>A ViT or DeiT classifier as a TorchSharp module, for gradients; scoring does not use it.</summary>
/// <remarks>Parameter names are timm's, so <see cref="NetworkWeights"/> copies in and out by name.</remarks>
public sealed class TorchNetwork : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "cls_token")]
    private readonly Parameter _classToken;

    [ComponentName(Name = "dist_token")]
    private readonly Parameter? _distillationToken;

    [ComponentName(Name = "pos_embed")]
    private readonly Parameter _positionEmbedding;

    [ComponentName(Name = "patch_embed")]
    private readonly TorchPatchEmbedding _patchEmbedding;

    [ComponentName(Name = "blocks")]
    private readonly ModuleList<TorchEncoderLayer> _layers;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "head")]
    private readonly Linear _head;

    [ComponentName(Name = "head_dist")]
    private readonly Linear? _distillationHead;

    /// <summary>Creates a network with the usual initial weights: normal, σ = 0.02, zero biases (timm, ViT §B).</summary>
    /// <param name="config">The network's shape.</param>
    /// <param name="seed">Seeds the weights; the process-wide generator is left alone.</param>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    public TorchNetwork(ViTConfig config, long seed)
        : base(NameOnceLoaded())
    {
        ArgumentNullException.ThrowIfNull(config);
        Config = config;
        int d = config.EmbedDim;
        _classToken = nn.Parameter(zeros(1, 1, d));
        _distillationToken = config.IsDistilled ? nn.Parameter(zeros(1, 1, d)) : null;
        _positionEmbedding = nn.Parameter(zeros(1, config.Tokens, d));
        _patchEmbedding = new TorchPatchEmbedding(config);
        _layers = nn.ModuleList(Enumerable.Range(0, config.Depth).Select(_ => new TorchEncoderLayer(config)).ToArray());
        _norm = nn.LayerNorm(d, config.LayerNormEps);
        _head = nn.Linear(d, config.NumClasses);
        _distillationHead = config.IsDistilled ? nn.Linear(d, config.NumClasses) : null;
        RegisterComponents();
        foreach (var parameter in parameters())
        {
            parameter.DetachFromDisposeScope(); // the module owns them, not a scope of whoever makes the module
        }

        Initialize(seed);
    }

    /// <summary>Creates a network with given weights.</summary>
    /// <param name="weights">Copied, not kept.</param>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    public TorchNetwork(NetworkWeights weights)
        : this((weights ?? throw new ArgumentNullException(nameof(weights))).Config, seed: 0)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var parameters = ParametersByName();
        foreach (var source in weights.Tensors)
        {
            parameters[source.Name].copy_(tensor(source.Values).reshape(parameters[source.Name].shape));
        }

        TorchDevice.Place(this);
    }

    /// <summary>The network's shape.</summary>
    public ViTConfig Config { get; }

    internal IReadOnlyList<TorchEncoderLayer> Layers => [.. _layers];

    /// <summary>Copies the weights out.</summary>
    /// <returns>float32 weights, whatever the module computes in.</returns>
    public NetworkWeights ToWeights()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var weights = new NetworkWeights(Config);
        var parameters = ParametersByName();
        foreach (var target in weights.Tensors)
        {
            TorchDevice.Read<float>(parameters[target.Name].detach().to(float32)).CopyTo(target.Values, 0);
        }

        return weights;
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">[batch, channels, imageSize, imageSize], normalised.</param>
    /// <returns>[batch, numClasses]; for a distilled network the mean of both heads (DeiT §3).</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Classify(Streams(input)[^1]).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream [batch, tokens, embedDim] after each encoder layer; the caller's dispose scope owns them.</summary>
    internal Tensor[] Streams(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Embed(input);
        var streams = _layers.Select(layer => x = layer.forward(x)).ToArray();
        Array.ForEach(streams, stream => stream.MoveToOuterDisposeScope());
        return streams;
    }

    /// <summary>[batch, tokens, embedDim]: the residual stream before the first encoder layer.</summary>
    internal Tensor Embed(Tensor input)
    {
        using var scope = NewDisposeScope();
        long batch = input.shape[0];
        var patches = _patchEmbedding.forward(input);
        var prefix = _classToken.expand(batch, -1, -1);
        if (_distillationToken is not null)
        {
            prefix = cat([prefix, _distillationToken.expand(batch, -1, -1)], 1);
        }

        return cat([prefix, patches], 1).Plus(_positionEmbedding).MoveToOuterDisposeScope();
    }

    /// <summary>The residual streams before the first encoder layer of all batches; the caller's dispose scope owns them.</summary>
    internal Tensor[] Embed(CalibrationSet calibration)
    {
        var streams = new Tensor[calibration.BatchCount];
        for (int batch = 0; batch < streams.Length; batch++)
        {
            using var scope = NewDisposeScope();
            streams[batch] = Embed(calibration.ImagesOf(batch)).MoveToOuterDisposeScope();
        }

        return streams;
    }

    /// <summary>[batch, numClasses]: logits of the residual stream after the last encoder layer.</summary>
    internal Tensor Classify(Tensor stream)
    {
        using var scope = NewDisposeScope();
        var x = TorchDevice.Current.Forward(_norm, stream);
        var logits = _head.forward(x.select(1, 0));
        if (_distillationHead is not null)
        {
            logits = logits.Plus(_distillationHead.forward(x.select(1, 1))).Times(0.5);
        }

        return logits.MoveToOuterDisposeScope();
    }

    // The base class calls libtorch, so it has to be there before the body of any constructor runs.
    private static string NameOnceLoaded()
    {
        LibTorch.EnsureLoaded();
        return nameof(TorchNetwork);
    }

    private void Initialize(long seed)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        foreach (var (name, parameter) in named_parameters())
        {
            if (name.Contains("norm", StringComparison.Ordinal))
            {
                continue; // nn.LayerNorm starts at scale one, offset zero
            }

            if (name.EndsWith(".bias", StringComparison.Ordinal))
            {
                parameter.zero_();
            }
            else
            {
                parameter.copy_(randn(parameter.shape, generator: generator).Times(0.02));
            }
        }
    }

    private Dictionary<string, Parameter> ParametersByName() => named_parameters().ToDictionary(p => p.name, p => p.parameter);
}
