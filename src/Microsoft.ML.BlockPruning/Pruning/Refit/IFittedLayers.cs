namespace Microsoft.ML.BlockPruning.Pruning.Refit;

/// <summary>Remembers the layers that a refit has done, so that one that was killed goes on after the last of them.</summary>
internal interface IFittedLayers
{
    /// <summary>A layer that an earlier run has fitted to the same task; null: none has.</summary>
    /// <param name="index">Of the network's layers.</param>
    FittedLayer? Find(int index);

    /// <summary>Takes a layer that has just been fitted.</summary>
    /// <param name="index">Of the network's layers.</param>
    /// <param name="fitted">Reads it, where it is to be kept.</param>
    void Keep(int index, Func<FittedLayer> fitted);
}

/// <summary>One layer of the network as a refit left it.</summary>
/// <param name="Parameters">All of the layer's tensors, under canonical names.</param>
/// <param name="Outcomes">Of its linear layers that were fitted, by name.</param>
/// <param name="IsLeftAsFitted">Whether a reconstruction helped none of its steps.</param>
internal sealed record FittedLayer(
    IReadOnlyDictionary<string, float[]> Parameters, IReadOnlyDictionary<string, RefitOutcome> Outcomes, bool IsLeftAsFitted);

/// <summary>Remembers nothing.</summary>
internal sealed class NothingFitted : IFittedLayers
{
    public FittedLayer? Find(int index) => null;

    public void Keep(int index, Func<FittedLayer> fitted)
    {
    }
}
