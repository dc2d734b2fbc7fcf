using Microsoft.ML.BlockPruning;

namespace PruneModelSample;

/// <summary>What an application needs to use the model. It needs neither libtorch nor the rest of this folder.</summary>
public static partial class PruneModel
{
    /// <summary>The model's file; set it before the first prediction.</summary>
    public static string MLNetModelPath { get; set; } = Path.GetFullPath("PruneModel.mlnet");

    // One model for the process: it is safe to share, and its memory is taken once.
    private static readonly Lazy<PrunedModel> Model = new(() => LoadModel(MLNetModelPath));

    /// <summary>Scores one image; from any thread.</summary>
    /// <param name="imageFile">The content of a PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <returns>The class, its probability, and those of all classes.</returns>
    public static PrunedPrediction Predict(ReadOnlySpan<byte> imageFile) => Model.Value.Predict(imageFile);

    /// <summary>Scores one image file; from any thread.</summary>
    public static PrunedPrediction PredictFile(string path) => Model.Value.PredictFile(path);

    /// <summary>Scores one image: every class with its probability, the best first.</summary>
    public static IReadOnlyList<(string Label, float Probability)> PredictAllLabels(ReadOnlySpan<byte> imageFile) =>
        Predict(imageFile).Top(Model.Value.LabelNames.Count);

    /// <summary>
    /// Reads a model's file, whole and undamaged. Photographs are turned as their EXIF orientation says, for that is how phones write them.
    /// </summary>
    public static PrunedModel LoadModel(string path) => PrunedModel.Load(path, new PrunedModelOptions { ApplyOrientation = true });
}
