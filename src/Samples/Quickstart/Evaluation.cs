using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Quickstart;

/// <summary>How a model does on the test images.</summary>
/// <param name="Top1">Fraction of images whose highest score is the label's.</param>
/// <param name="ScoreHash">SHA-256 over the bits of all scores in row order.</param>
internal sealed record Evaluation(double Top1, string ScoreHash)
{
    private const string Score = nameof(ScoreRow.Score);
    private const string Label = nameof(PixelRow.Label);
    private const string PredictedLabel = nameof(PredictedLabel);

    /// <summary>Scores the images once, through the pipeline.</summary>
    /// <param name="context">Owns the data views.</param>
    /// <param name="model">Scores.</param>
    /// <param name="test">The images.</param>
    /// <param name="onImage">Called after each of them.</param>
    /// <param name="cancel">Ends the scoring.</param>
    public static Evaluation Of(MLContext context, ITransformer model, IDataView test, Action onImage, CancellationToken cancel)
    {
        var scored = context.Data.Cache(model.Transform(test), Label, Score, PredictedLabel);
        string hash = HashScores(scored, onImage, cancel);
        double top1 = context.MulticlassClassification.Evaluate(scored, Label, Score, PredictedLabel).MicroAccuracy;
        return new Evaluation(top1, hash);
    }

    /// <summary>SHA-256 over the bits of all scores: two models agree in every bit exactly where the hashes agree.</summary>
    public static string HashScores(IDataView scored, Action onImage, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var column = scored.Schema[Score];
        using var cursor = scored.GetRowCursor([column]);
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> scores = default;
        while (cursor.MoveNext())
        {
            cancel.ThrowIfCancellationRequested();
            getter(ref scores);
            hash.AppendData(MemoryMarshal.AsBytes(scores.GetValues()));
            onImage();
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
