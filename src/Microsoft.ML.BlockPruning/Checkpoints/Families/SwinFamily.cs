using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Swin v1 classifiers.</summary>
internal sealed class SwinFamily : IFamily
{
    private static readonly FamilyNames Names = new(["swin", "timm_wrapper"], ["swin_", "SwinFor", "SwinModel", "TimmWrapper"]);

    /// <inheritdoc/>
    public bool Takes(CanonicalTensors tensors, CheckpointConfig? config) =>
        tensors.Names.Any(name => name.StartsWith(SwinArchitecture.Stages, StringComparison.Ordinal));

    /// <inheritdoc/>
    public NetworkSpec Infer(CanonicalTensors tensors, Surroundings around)
    {
        if (around.Config is { } config)
        {
            Names.Require(config);
        }

        return new SwinArchitecture(new ViTTensors(tensors), around).Infer();
    }

    /// <inheritdoc/>
    public NetworkWeights Read(CanonicalTensors tensors, NetworkSpec network)
    {
        var shapes = new ViTTensors(tensors);
        var weights = new NetworkWeights(network);
        foreach (var tensor in weights.Tensors.Where(tensor => shapes.Has(tensor.Name) || !SwinArchitecture.IsOptional(tensor.Name)))
        {
            shapes.CheckShape(tensor.Name, tensor.Shape);
            tensors.Read(tensor.Name, tensor.Values);
            tensors.CheckFinite(tensor.Name, tensor.Values);
        }

        return weights;
    }

    /// <summary>timm's default.</summary>
    public ImagePreprocessing Preprocessing(NetworkSpec network) => ImagePreprocessing.ImageNet(network.ImageSize, network.Channels);
}
