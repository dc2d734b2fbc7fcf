using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>A completed trial: its figures and, where the executor hands it over, its model.</summary>
public sealed class TrialOutcome
{
    /// <summary>An outcome whose model stays where it was made; the sweep prunes again if it is asked for it.</summary>
    /// <param name="result">The figures.</param>
    public TrialOutcome(TrialResult result)
        : this(result, network: null, report: null)
    {
    }

    /// <summary>An outcome with the model as the bytes of its file.</summary>
    /// <param name="result">The figures.</param>
    /// <param name="modelFile">What <see cref="SaveModel"/> wrote, or a transformer's <c>SaveNetwork</c>; read here, not kept.</param>
    /// <param name="report">What pruning found and measured; null where that is not known.</param>
    /// <exception cref="InvalidDataException">The file is damaged or not a pruned network.</exception>
    public TrialOutcome(TrialResult result, byte[] modelFile, PruneReport? report)
        : this(result, Read(modelFile), report)
    {
    }

    internal TrialOutcome(TrialResult result, SparseViT? network, PruneReport? report)
    {
        ArgumentNullException.ThrowIfNull(result);
        Result = result;
        Network = network;
        Report = report;
    }

    /// <summary>Its figures.</summary>
    public TrialResult Result { get; }

    /// <summary>What pruning found and measured; null where there is no model, or nothing is known of its pruning.</summary>
    public PruneReport? Report { get; }

    /// <summary>Whether the pruned network is here.</summary>
    public bool HasModel => Network is not null;

    internal SparseViT? Network { get; }

    /// <summary>Writes the pruned network, as a transformer's <c>SaveNetwork</c> does.</summary>
    /// <param name="stream">Written to from its position on; stays open.</param>
    /// <exception cref="InvalidOperationException">There is no model.</exception>
    public void SaveModel(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (Network ?? throw new InvalidOperationException("The trial's outcome has no model to save: see HasModel.")).Save(stream);
    }

    private static SparseViT Read(byte[] modelFile)
    {
        ArgumentNullException.ThrowIfNull(modelFile);
        using var stream = new MemoryStream(modelFile, writable: false);
        return SparseViTReader.Read(stream, "the model of a trial");
    }
}
