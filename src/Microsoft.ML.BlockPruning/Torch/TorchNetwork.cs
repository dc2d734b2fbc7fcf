using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>A network as a TorchSharp module, for gradients; scoring does not use it.</summary>
/// <remarks>Parameters have canonical names, so <see cref="NetworkWeights"/> copies in and out by name.</remarks>
public sealed class TorchNetwork : nn.Module<Tensor, Tensor>
{
    private readonly TorchStem _stem;
    private readonly TorchLayer[] _layers;
    private readonly TorchClassifier _classifier;

    /// <summary>Creates a network with the usual initial weights: normal, σ = 0.02, zero biases (timm, ViT §B).</summary>
    /// <param name="spec">The network.</param>
    /// <param name="seed">Seeds the weights; the process-wide generator is left alone.</param>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    public TorchNetwork(NetworkSpec spec, long seed)
        : base(NameOnceLoaded())
    {
        ArgumentNullException.ThrowIfNull(spec);
        Spec = spec;
        _stem = new TorchStem(spec, this);
        _layers = [.. spec.Layers.Select(layer => new TorchLayer(layer))];
        foreach (var (name, part) in _layers.SelectMany(layer => layer.Parts))
        {
            this.Register(name, part);
        }

        _classifier = new TorchClassifier(spec, this);
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
        : this((weights ?? throw new ArgumentNullException(nameof(weights))).Spec, seed: 0)
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

    /// <summary>The network.</summary>
    public NetworkSpec Spec { get; }

    internal IReadOnlyList<TorchLayer> Layers => _layers;

    /// <summary>The steps of all layers in forward order.</summary>
    internal IEnumerable<TorchStep> Steps => _layers.SelectMany(layer => layer.Steps);

    /// <summary>Copies the weights out.</summary>
    /// <returns>float32 weights, whatever the module computes in.</returns>
    public NetworkWeights ToWeights()
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var weights = new NetworkWeights(Spec);
        var parameters = ParametersByName();
        foreach (var target in weights.Tensors)
        {
            TorchDevice.Read<float>(parameters[target.Name].detach().to(float32)).CopyTo(target.Values, 0);
        }

        return weights;
    }

    /// <summary>Logits of a batch.</summary>
    /// <param name="input">[batch, channels, imageSize, imageSize], normalised.</param>
    /// <returns>[batch, numClasses]; where there are several heads the mean of theirs (DeiT §3).</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var stream = _layers.Aggregate(Embed(input), (stream, layer) => layer.Forward(stream));
        return Classify(stream).MoveToOuterDisposeScope();
    }

    /// <summary>The residual stream [batch, tokens, features] after each layer; the caller's dispose scope owns them.</summary>
    internal Tensor[] Streams(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = Embed(input);
        var streams = _layers.Select(layer => x = layer.Forward(x)).ToArray();
        Array.ForEach(streams, stream => stream.MoveToOuterDisposeScope());
        return streams;
    }

    /// <summary>[batch, tokens, features]: the residual stream before the first step.</summary>
    internal Tensor Embed(Tensor input) => _stem.Forward(input);

    /// <summary>[batch, numClasses]: logits of the residual stream after the last step.</summary>
    internal Tensor Classify(Tensor stream) => _classifier.Forward(stream);

    /// <inheritdoc/>
    protected override void _toEpilog(ScalarType? dtype, Device? device, bool non_blocking)
    {
        base._toEpilog(dtype, device, non_blocking);

        // A conversion leaves parameters without a gradient of their own where no field of a module holds them.
        foreach (var parameter in parameters().Where(parameter => !parameter.is_leaf))
        {
            parameter.retain_grad();
        }
    }

    // The base class calls libtorch, so it has to be there before the body of any constructor runs.
    private static string NameOnceLoaded()
    {
        LibTorch.EnsureLoaded();
        return nameof(TorchNetwork);
    }

    // In the order of the checkpoint's tensors. nn.LayerNorm starts at scale one, offset zero.
    private void Initialize(long seed)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        var parameters = ParametersByName();
        foreach (string name in Spec.Stem.PrefixTokens.Append(Spec.Stem.Position))
        {
            Draw(parameters[name], generator);
        }

        foreach (var linear in Spec.PrunableLinears.Prepend(Spec.Stem.Patch).Concat(Spec.Heads.Select(head => head.Linear)))
        {
            Draw(parameters[$"{linear.Name}.weight"], generator);
            parameters[$"{linear.Name}.bias"].zero_();
        }
    }

    private static void Draw(Parameter parameter, Generator generator) =>
        parameter.copy_(randn(parameter.shape, generator: generator).Times(0.02));

    private Dictionary<string, Parameter> ParametersByName() => named_parameters().ToDictionary(p => p.name, p => p.parameter);
}
