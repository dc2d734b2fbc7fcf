using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>A family of networks as checkpoints hold it: one row of <c>CheckpointRows.Families</c>.</summary>
internal interface IFamily
{
    /// <summary>Whether these are tensors of the family. What is missing or misshapen is for <see cref="Infer"/> to say.</summary>
    bool Takes(CanonicalTensors tensors, CheckpointConfig? config);

    /// <summary>The network, from the tensors' shapes and from what only config.json tells; no tensor is read.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="around">What lies around the file; is told what was found, and what had to be assumed.</param>
    /// <exception cref="InvalidDataException">The tensors are none of the family; names the first that does not fit.</exception>
    NetworkSpec Infer(CanonicalTensors tensors, Surroundings around);

    /// <summary>Reads the weights.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="network">What <see cref="Infer"/> made of them.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, misshapen, or not finite; names it.</exception>
    NetworkWeights Read(CanonicalTensors tensors, NetworkSpec network);

    /// <summary>The other way: makes the numbers of the file's canonical tensors out of other weights of the network.</summary>
    /// <param name="tensors">The file's tensors.</param>
    /// <param name="weights">A network of the same parts.</param>
    /// <returns>
    /// A canonical tensor's numbers by its name; where a family says nothing else, those of the network's tensor, and the file's own of
    /// what the network has not.
    /// </returns>
    /// <exception cref="NotSupportedException">The file has no place for a part of the network; names it.</exception>
    Func<string, float[]> Unfold(CanonicalTensors tensors, NetworkWeights weights)
    {
        Homes.Require(tensors, weights, homeOf: name => name);
        var values = weights.Tensors.ToDictionary(tensor => tensor.Name, tensor => tensor.Values, StringComparer.Ordinal);
        return name => values.TryGetValue(name, out float[]? own) ? own : Homes.ReadOwn(tensors, name);
    }

    /// <summary>The preprocessing of the family where config.json says nothing.</summary>
    ImagePreprocessing Preprocessing(NetworkSpec network);
}
