using Microsoft.ML.BlockPruning;

#pragma warning disable IDE0130 // where the users of ML.NET look for what extends their context
namespace Microsoft.ML;
#pragma warning restore IDE0130

/// <summary>Extension methods of <see cref="MLContext"/>.</summary>
public static class BlockPruningContext
{
    /// <summary>What block pruning offers besides the transforms, as <c>mlContext.Auto()</c> does for AutoML.</summary>
    /// <param name="context">
    /// Its seed is the sweep's; give one, <c>new MLContext(seed: 1)</c>, or no other process can take the sweep's journal up.
    /// </param>
    /// <returns>The catalog.</returns>
    /// <example>
    /// <code>
    /// SweepResult result = ml.BlockPruning().CreateSweep("deit.safetensors")
    ///     .SetDataset(calibration, validation)
    ///     .SetSearchSpace(new SparsitySearchSpace { Keep = [0.7, 0.5, 0.35] })
    ///     .SetJournal("sweep.jsonl")
    ///     .Run();
    /// </code>
    /// </example>
    public static SweepCatalog BlockPruning(this MLContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new SweepCatalog(context);
    }
}
