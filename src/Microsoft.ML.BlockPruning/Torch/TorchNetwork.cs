using Microsoft.ML.BlockPruning.Networks;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>A network with TorchSharp's modules, for gradients; scoring does not use it.</summary>
/// <remarks>
/// Parameters have canonical names, so <see cref="NetworkWeights"/> copies in and out by name. It has a module and is none: ML.NET looks at
/// every type of this assembly when it loads a model, and a type with a base class of TorchSharp's cannot be looked at without its file.
/// </remarks>
public sealed class TorchNetwork : IDisposable
{
    private readonly TorchStem _stem;
    private readonly TorchLayer[] _layers;
    private readonly TorchClassifier _classifier;

    /// <summary>Creates a network with the usual initial weights: normal, σ = 0.02, zero biases (timm, ViT §B).</summary>
    /// <param name="spec">The network.</param>
    /// <param name="seed">Seeds the weights; the process-wide generator is left alone.</param>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    public TorchNetwork(NetworkSpec spec, long seed)
    {
        ArgumentNullException.ThrowIfNull(spec);
        LibTorch.EnsureLoaded();
        Spec = spec;
        Module = DottedNames.NewFolder();
        _stem = new TorchStem(spec, Module);
        _layers = [.. spec.Layers.Select(layer => new TorchLayer(layer, Module))];
        foreach (var (name, part) in _layers.SelectMany(layer => layer.Parts))
        {
            Module.Register(name, part);
        }

        _classifier = new TorchClassifier(spec, Module);
        foreach (var parameter in Module.parameters())
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

        TorchDevice.Place(Module);
        KeepGradients();
    }

    /// <summary>The network.</summary>
    public NetworkSpec Spec { get; }

    /// <summary>What holds the parameters, under canonical names: for an optimiser, for saving. It is disposed with this.</summary>
    /// <remarks>Its own <c>to</c> leaves gradients behind that <see cref="To"/> keeps.</remarks>
    public nn.Module Module { get; }

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
    /// <param name="images">[batch, channels, imageSize, imageSize], normalised.</param>
    /// <returns>[batch, numClasses]; where there are several heads the mean of theirs (DeiT §3).</returns>
    public Tensor Forward(Tensor images)
    {
        using var scope = NewDisposeScope();
        var stream = _layers.Aggregate(Embed(images), (stream, layer) => layer.Forward(stream));
        return Classify(stream).MoveToOuterDisposeScope();
    }

    /// <summary>Turns the parameters into another type, in which the network then computes.</summary>
    /// <param name="type">Such as <c>torch.bfloat16</c>.</param>
    public void To(ScalarType type)
    {
        Module.to(type);
        KeepGradients();
    }

    /// <summary>Frees the parameters.</summary>
    public void Dispose() => Module.Dispose();

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

    // A conversion leaves parameters without a gradient of their own where no field of a module holds them.
    private void KeepGradients()
    {
        foreach (var parameter in Module.parameters().Where(parameter => !parameter.is_leaf))
        {
            parameter.retain_grad();
        }
    }

    // In the order of the checkpoint's tensors, tables of steps last. nn.LayerNorm starts at scale one, offset zero.
    private void Initialize(long seed)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var generator = new Generator((ulong)seed, CPU);
        var parameters = ParametersByName();
        foreach (string name in Spec.Parts.OfType<FreePart>().Select(part => part.Name))
        {
            Draw(parameters[name], generator);
        }

        foreach (var linear in Spec.PrunableLinears.Prepend(Spec.Stem.Patch).Concat(Spec.Heads.Select(head => head.Linear)))
        {
            Draw(parameters[$"{linear.Name}.weight"], generator);
            parameters[$"{linear.Name}.bias"].zero_();
        }

        foreach (string name in Steps.SelectMany(step => step.FreeNames))
        {
            Draw(parameters[name], generator);
        }
    }

    private static void Draw(Parameter parameter, Generator generator) =>
        parameter.copy_(randn(parameter.shape, generator: generator).Times(0.02));

    private Dictionary<string, Parameter> ParametersByName() =>
        Module.named_parameters().ToDictionary(p => p.name, p => p.parameter);
}
