using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>Columns, batch size and limits of a transformer.</summary>
/// <param name="ImageColumnName">Read.</param>
/// <param name="ScoreColumnName">Written: logits.</param>
/// <param name="PredictedLabelColumnName">Written: the best class as a key.</param>
/// <param name="BatchSize">Images scored at once in a data view.</param>
/// <param name="NumberOfThreads">Threads that score a batch; null: one per logical processor. Not saved: it belongs to the machine.</param>
/// <param name="Device">Where to score; null: what the context says. Not saved either.</param>
/// <param name="MaximumPixels">Width times height of an image at most.</param>
/// <param name="ProbabilityColumnName">Written: the softmax of the logits; null: not.</param>
internal sealed record ScoringSettings(
    string ImageColumnName, string ScoreColumnName, string PredictedLabelColumnName, int BatchSize, int? NumberOfThreads,
    ScoringDevice? Device = null, long MaximumPixels = ImageFile.DefaultMaximumPixels, string? ProbabilityColumnName = null)
{
    /// <summary>The columns of every model file of ours, and of a network alone where nobody names others.</summary>
    public static readonly ScoringSettings Standard = new(
        "Image", "Score", "PredictedLabel", ScoringLimits.UsualBatchSize, NumberOfThreads: null, ProbabilityColumnName: "Probability");

    private const int Version = 2;

    // It ends behind the batch size: no column of probabilities, and the default limit.
    private const int VersionWithoutProbability = 1;

    /// <summary>Checks what the caller gave.</summary>
    /// <exception cref="ArgumentException">A name is empty or used twice, or a number is out of its range.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrEmpty(ImageColumnName);
        ArgumentException.ThrowIfNullOrEmpty(ScoreColumnName);
        ArgumentException.ThrowIfNullOrEmpty(PredictedLabelColumnName);
        ScoringLimits.Check(BatchSize, NumberOfThreads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaximumPixels);
        if (ScoreColumnName == PredictedLabelColumnName)
        {
            throw new ArgumentException(
                $"'{ScoreColumnName}' cannot be the column of the scores and of the predicted label; name one of them otherwise.");
        }

        if (ProbabilityColumnName is not null)
        {
            ArgumentException.ThrowIfNullOrEmpty(ProbabilityColumnName);
            if (OutputNames.Distinct(StringComparer.Ordinal).Count() < OutputNames.Count())
            {
                throw new ArgumentException(
                    $"'{ProbabilityColumnName}' cannot be the column of the probabilities and of another output; "
                    + "name one of them otherwise.");
            }
        }
    }

    private IEnumerable<string> OutputNames =>
        ProbabilityColumnName is null ? [ScoreColumnName, PredictedLabelColumnName]
            : [ScoreColumnName, PredictedLabelColumnName, ProbabilityColumnName];

    public void Write(BinaryWriter writer)
    {
        writer.Write(Version);
        writer.Write(ImageColumnName);
        writer.Write(ScoreColumnName);
        writer.Write(PredictedLabelColumnName);
        writer.Write(BatchSize);
        writer.Write(ProbabilityColumnName ?? "");
        writer.Write(MaximumPixels);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">The content is of a later version, cut off, or not sensible.</exception>
    public static ScoringSettings Read(BinaryReader reader)
    {
        try
        {
            int version = reader.ReadInt32();
            if (version is not (Version or VersionWithoutProbability))
            {
                throw new FormatException(
                    $"The columns are written in version {version}, this library reads {Version}; update Microsoft.ML.BlockPruning.");
            }

            var settings = new ScoringSettings(
                reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadInt32(), NumberOfThreads: null);
            if (!ScoringLimits.IsBatchSize(settings.BatchSize))
            {
                throw new FormatException(
                    $"The model file asks for batches of {settings.BatchSize} images, expected 1 to {ScoringLimits.BatchSize}: "
                    + "it is damaged, or was saved with a BatchSize that is too large. Prune again, or load the network alone.");
            }

            if (version > VersionWithoutProbability)
            {
                string probability = reader.ReadString();
                settings = settings with
                {
                    ProbabilityColumnName = probability.Length == 0 ? null : probability,
                    MaximumPixels = reader.ReadInt64(),
                };
            }

            settings.Validate();
            return settings;
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            throw new FormatException($"The model file is corrupt: the names of its columns cannot be read ({error.Message})", error);
        }
    }
}
