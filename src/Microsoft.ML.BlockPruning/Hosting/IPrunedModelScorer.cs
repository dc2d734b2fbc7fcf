namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Scores image files with the model of a file that may be replaced at any time; what <c>AddPrunedModel</c> registers.</summary>
/// <remarks>
/// Safe to share between threads. A new file is read whole and checked before it takes the old one's place; a prediction that has begun
/// ends with the model that it began with.
/// </remarks>
public interface IPrunedModelScorer
{
    /// <summary>The classes of the model in service, in the order of its scores; empty where there is none.</summary>
    IReadOnlyList<string> LabelNames { get; }

    /// <summary>Whether there is a model to predict with.</summary>
    bool IsServing { get; }

    /// <summary>What is wrong with the file as it is now, and what to do; null where nothing is.</summary>
    /// <value>Of one line. The model before it may be in service.</value>
    string? Failure { get; }

    /// <summary>Scores an image with the newest model; from any thread.</summary>
    /// <param name="imageFile">The content of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <returns>The classes with their scores.</returns>
    /// <exception cref="ModelNotReadyException">No model could be read yet; says why.</exception>
    /// <exception cref="InvalidDataException">It is no such file, cut off or corrupt, or has too many pixels.</exception>
    /// <exception cref="ArithmeticException">A logit is not finite, which is the model's fault.</exception>
    PrunedPrediction Predict(ReadOnlySpan<byte> imageFile);
}
