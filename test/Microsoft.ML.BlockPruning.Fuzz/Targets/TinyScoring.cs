using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>Scores one image, as a user of ML.NET does.</summary>
internal static class TinyScoring
{
    private static readonly byte[] Picture = Pictures.Png(seed: 1);

    /// <summary>Scores a picture that is good.</summary>
    public static void Score(MLContext context, ITransformer model) => Score(context, model, Picture);

    /// <summary>Scores a file.</summary>
    /// <exception cref="UnsoundException">It has scores, and one of them is not finite.</exception>
    public static void Score(MLContext context, ITransformer model, byte[] file)
    {
        var row = context.Data.LoadFromEnumerable([new FileRow { Image = file, Label = TinyNetwork.Labels[0] }]);
        if (!Fits(model, row.Schema))
        {
            return; // a damaged file may name other columns: there is nothing to score
        }

        float[] scores = model.Transform(row).GetColumn<float[]>("Score").Single();
        if (!scores.All(float.IsFinite))
        {
            throw new UnsoundException($"The scores are [{string.Join(", ", scores.Take(4))}], and nothing says so.");
        }
    }

    // ArgumentOutOfRangeException is how a transformer says that its column is not there.
    private static bool Fits(ITransformer model, DataViewSchema input)
    {
        try
        {
            return model.GetOutputSchema(input).GetColumnOrNull("Score")?.Type is VectorDataViewType;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }
}
