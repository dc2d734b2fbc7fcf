using System.Numerics.Tensors;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace PruneModelSample;

/// <summary>What an application needs to use the model. It needs neither libtorch nor the rest of this folder.</summary>
public static partial class PruneModel
{
    /// <summary>The model's file; set it before the first prediction.</summary>
    public static string MLNetModelPath { get; set; } = Path.GetFullPath("PruneModel.mlnet");

    /// <summary>Width times height of an image at most; set it before a model is read. Null: as the model was pruned with.</summary>
    public static long? MaximumPixels { get; set; }

    // One model for the process, one engine per thread: an engine is not safe to share, and a context per prediction would never be freed.
    private static readonly Lazy<ITransformer> Model = new(() => LoadModel(new MLContext(), MLNetModelPath));
    private static readonly ThreadLocal<PredictionEngine<ModelInput, ModelOutput>> Engine =
        new(() => CreateEngine(new MLContext(), Model.Value));

    /// <summary>Scores one image; from any thread.</summary>
    public static ModelOutput Predict(ModelInput input) => Engine.Value!.Predict(input);

    /// <summary>Scores one image: every class with its probability, the best first.</summary>
    public static IOrderedEnumerable<KeyValuePair<string, float>> PredictAllLabels(ModelInput input) =>
        GetSortedScoresWithLabels(Predict(input), GetLabels(Engine.Value!.OutputSchema));

    /// <summary>Classes with their probabilities, the best first.</summary>
    /// <param name="output">What an engine answered.</param>
    /// <param name="labels">As <see cref="GetLabels"/> gives them.</param>
    public static IOrderedEnumerable<KeyValuePair<string, float>> GetSortedScoresWithLabels(
        ModelOutput output, IReadOnlyList<string> labels)
    {
        float[] probabilities = output.Probability;
        if (probabilities.Length == 0)
        {
            // A model of before there was the column; Score holds logits.
            probabilities = new float[output.Score.Length];
            TensorPrimitives.SoftMax(output.Score, probabilities);
        }

        return labels.Zip(probabilities, KeyValuePair.Create).OrderByDescending(pair => pair.Value);
    }

    /// <summary>The class of each slot of Score.</summary>
    public static IReadOnlyList<string> GetLabels(DataViewSchema outputSchema)
    {
        VBuffer<ReadOnlyMemory<char>> names = default;
        outputSchema[nameof(ModelOutput.Score)].GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }

    /// <summary>
    /// Reads a model's file, whole and undamaged. Photographs are turned as their EXIF orientation says, for that is how phones write them.
    /// </summary>
    public static ITransformer LoadModel(MLContext context, string path)
    {
        var model = context.Model.LoadChecked(path, out _);
        foreach (var network in (model as IEnumerable<ITransformer> ?? []).OfType<SparseViTTransformer>())
        {
            network.ApplyOrientation = true;
            network.MaximumPixels = MaximumPixels ?? network.MaximumPixels;
        }

        return model;
    }

    /// <summary>An engine for one thread. It leaves the model alone when it is disposed, so that many may share one.</summary>
    public static PredictionEngine<ModelInput, ModelOutput> CreateEngine(MLContext context, ITransformer model) =>
        context.Model.CreatePredictionEngine<ModelInput, ModelOutput>(
            model, new PredictionEngineOptions { OwnsTransformer = false, IgnoreMissingColumns = true });

    /// <summary>An image, and its class where it is known.</summary>
    public sealed class ModelInput
    {
        public string Label { get; set; } = "";

        /// <summary>The content of a PNG, JPEG, BMP, GIF or WebP file.</summary>
        public byte[] ImageSource { get; set; } = [];
    }

    /// <summary>What the model says of an image.</summary>
    public sealed class ModelOutput
    {
        public string PredictedLabel { get; set; } = "";

        /// <summary>[classes] logits, in the order of <see cref="GetLabels"/>.</summary>
        public float[] Score { get; set; } = [];

        /// <summary>[classes] probabilities, which sum to 1; empty in a model of before there was the column.</summary>
        public float[] Probability { get; set; } = [];
    }
}
