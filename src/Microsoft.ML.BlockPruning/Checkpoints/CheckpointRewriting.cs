using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>Other weights of a checkpoint's network under the checkpoint's names and sides: what reads the one reads the other.</summary>
/// <remarks>
/// What was folded when it was read is written as what changes nothing: LayerScale as ones, halves of a head halved again. Tensors that
/// the network does not use are copied; buffers, which programs make anew, are left out, and so is what stood beside the network.
/// </remarks>
internal static class CheckpointRewriting
{
    /// <summary>A safetensors file of float32, not written yet.</summary>
    /// <param name="tensors">The checkpoint's tensors.</param>
    /// <param name="family">The family that read them.</param>
    /// <param name="weights">A network of the same parts.</param>
    /// <exception cref="NotSupportedException">The checkpoint has no place for a part of the network; names it.</exception>
    public static ITensorWriter Of(CanonicalTensors tensors, IFamily family, NetworkWeights weights)
    {
        var writer = OwnFile.Create();
        CopyMetadata(tensors, writer);
        var valuesOf = family.Unfold(tensors, weights);
        foreach (string canonical in tensors.Names.Where(name => tensors.Find(name) is not null))
        {
            foreach (var (source, values) in tensors.Split(canonical, valuesOf(canonical)))
            {
                writer.Add(source.Name, SidesOf(source), values);
            }
        }

        foreach (var (index, source) in tensors.PassedOver.Index())
        {
            writer.Add(source.Name, SidesOf(source), tensors.ReadPassedOver(index));
        }

        return writer;
    }

    // A file of ours says there how many heads it has. Hugging Face's loader asks for the format.
    private static void CopyMetadata(CanonicalTensors tensors, ITensorWriter writer)
    {
        const string format = "format";
        var texts = tensors.Metadata.Where(text => !OwnFile.IsChecksum(text.Key) && text.Key != format);
        foreach (var (key, value) in texts.Append(new(format, tensors.Metadata.GetValueOrDefault(format, "pt"))))
        {
            writer.AddMetadata(key, value);
        }

        if (tensors.Metadata.Keys.Any(OwnFile.IsChecksum))
        {
            writer.AddChecksum();
        }
    }

    // Of a file whose numbers were read: they fit an array.
    private static int[] SidesOf(TensorEntry source) => [.. source.Shape.Select(side => checked((int)side))];
}
