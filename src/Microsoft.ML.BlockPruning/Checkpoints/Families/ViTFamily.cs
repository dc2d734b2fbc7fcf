using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>ViT and DeiT classifiers, distilled ones too.</summary>
internal sealed class ViTFamily : IFamily
{
    /// <inheritdoc/>
    public bool Takes(CanonicalTensors tensors, CheckpointConfig? config) => tensors.Names.Contains(ViTArchitecture.PatchWeight);

    /// <inheritdoc/>
    public NetworkSpec Infer(CanonicalTensors tensors, CheckpointConfig? config, List<string> notes) =>
        ViT.Of(new ViTArchitecture(tensors, notes).Infer(config));

    /// <inheritdoc/>
    public NetworkWeights Read(CanonicalTensors tensors, NetworkSpec network)
    {
        var shapes = new ViTArchitecture(tensors, []);
        var weights = new NetworkWeights(network);
        foreach (var tensor in weights.Tensors)
        {
            shapes.CheckShape(tensor.Name, [.. tensor.Shape]);
            tensors.Read(tensor.Name, tensor.Values);
            CheckFinite(tensors, tensor);
        }

        return weights;
    }

    /// <summary>timm's default.</summary>
    public ImagePreprocessing Preprocessing(NetworkSpec network) => ImagePreprocessing.ImageNet(network.ImageSize, network.Channels);

    private static void CheckFinite(CanonicalTensors tensors, WeightTensor tensor)
    {
        for (int i = 0; i < tensor.Values.Length; i++)
        {
            if (!float.IsFinite(tensor.Values[i]))
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{tensors.Source}: tensor '{tensors.Spell(tensor.Name)}' holds {tensor.Values[i]} at element {i} (row-major), "
                    + $"expected finite ones."));
            }
        }
    }
}
