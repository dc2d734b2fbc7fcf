using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Whether a file has a place for everything that a network holds.</summary>
internal static class Homes
{
    /// <summary>A canonical tensor as the file has it.</summary>
    public static float[] ReadOwn(CanonicalTensors tensors, string name)
    {
        float[] values = new float[tensors.Find(name)!.Shape.Aggregate(1L, (product, side) => checked(product * side))];
        tensors.Read(name, values);
        return values;
    }

    /// <summary>Refuses a network with a tensor that the file lacks, unless it is zeros: what the file lacks is read as that.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="weights">The network.</param>
    /// <param name="homeOf">The canonical tensor that holds one of the network.</param>
    /// <exception cref="NotSupportedException">There is such a tensor; names it.</exception>
    public static void Require(CanonicalTensors tensors, NetworkWeights weights, Func<string, string> homeOf)
    {
        var homeless = weights.Tensors.Where(tensor => tensors.Find(homeOf(tensor.Name)) is null)
            .FirstOrDefault(tensor => tensor.Values.AsSpan().ContainsAnyExcept(0f));
        if (homeless.Name is { } name)
        {
            throw new NotSupportedException(
                $"{tensors.Source}: the network has '{name}', which pruning or fine-tuning has changed from zeros, and the checkpoint no "
                + "tensor for it. Save the network under timm's names.");
        }
    }
}
