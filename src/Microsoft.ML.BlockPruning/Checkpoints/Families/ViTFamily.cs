using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Classifiers made of a ViT's encoder layers: ViT, DeiT, DINOv2, CLIP's and SigLIP's image towers, fine-tuned MAE.</summary>
internal sealed class ViTFamily : IFamily
{
    private static readonly FamilyNames Names = new(
        [
            "vit", "deit", "dinov2", "dinov2_with_registers", "clip", "clip_vision_model", "siglip", "siglip_vision_model", "timm_wrapper",
            "vit_msn",
        ],
        ["vit_", "deit_", "deit3_", "flexivit_", "ViTFor", "ViTModel", "ViTMSN", "DeiT", "Dinov2", "CLIP", "Siglip", "TimmWrapper"]);

    /// <inheritdoc/>
    public bool Takes(CanonicalTensors tensors, CheckpointConfig? config) => tensors.Names.Contains(ViTTensors.PatchWeight);

    /// <inheritdoc/>
    public NetworkSpec Infer(CanonicalTensors tensors, Surroundings around)
    {
        if (around.Config is { } config)
        {
            Names.Require(config);
        }

        return new ViTArchitecture(new ViTTensors(tensors), around).Infer();
    }

    /// <inheritdoc/>
    public NetworkWeights Read(CanonicalTensors tensors, NetworkSpec network) => new ViTReader(new ViTTensors(tensors), network).Read();

    /// <inheritdoc/>
    public Func<string, float[]> Unfold(CanonicalTensors tensors, NetworkWeights weights)
    {
        Homes.Require(tensors, weights, ViTUnfolding.HomeOf);
        return new ViTUnfolding(new ViTTensors(tensors), weights).Of;
    }

    /// <summary>timm's default.</summary>
    public ImagePreprocessing Preprocessing(NetworkSpec network) => ImagePreprocessing.ImageNet(network.ImageSize, network.Channels);
}
