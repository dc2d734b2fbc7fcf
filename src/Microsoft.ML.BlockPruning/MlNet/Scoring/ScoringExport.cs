using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Onnx;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>A transformer's step of a pipeline that ML.NET's ConvertToOnnx writes: from pixels of 0 to 255 to its output columns.</summary>
/// <remarks>
/// ML.NET passes over a step that cannot be written, and leaves a file without it: what cannot be written throws here instead.
/// </remarks>
internal static class ScoringExport
{
    private const long FirstKey = 1; // ML.NET's keys count from one, zero is no answer

    /// <summary>Refuses what has no form in ONNX.</summary>
    /// <exception cref="NotSupportedException">The images are to be decoded, or the network is too large for a file.</exception>
    public static void Check(SparseViT network, DataViewSchema.Column image)
    {
        if (image.Type is not VectorDataViewType { ItemType: var item } || item != NumberDataViewType.Single)
        {
            throw new NotSupportedException(
                $"The image column '{image.Name}' is {image.Type}, and ONNX has no operators that decode and resize image files as the "
                + "preprocessing says. Convert a pipeline whose image column is a vector of Single, pixels of 0 to 255 as ExtractPixels "
                + "gives them, or write the network alone by SaveOnnx.");
        }

        OnnxFile.RequireFits(new NetworkCost(network.Spec).DenseBytes);
    }

    /// <summary>Adds the step.</summary>
    /// <exception cref="InvalidOperationException">A step before this one is not in the graph.</exception>
    public static void Add(OnnxContext context, SparseViT network, ScoringSchema schema, ScoringSettings settings)
    {
        string image = schema.Image.Name;
        if (!context.ContainsColumn(image))
        {
            throw new InvalidOperationException(
                $"The column '{image}' is made by a step that ML.NET does not write as ONNX. Convert the steps after it alone, on data "
                + "that have the column, or write the network alone by SaveOnnx.");
        }

        var graph = new MlNetOnnxGraph(context);
        string pixels = Normalised(graph, network.Preprocessing, context.GetVariableName(image));
        string logits = OnnxNetwork.Add(new StandardLayers(graph), network, pixels);
        graph.Column(BestKey(graph, logits), TypeOf(settings.PredictedLabelColumnName), settings.PredictedLabelColumnName);
        graph.Column(logits, TypeOf(settings.ScoreColumnName), settings.ScoreColumnName);
        if (settings.ProbabilityColumnName is { } probability)
        {
            graph.Column(graph.Node("Softmax", [logits], OnnxAttribute.Of("axis", -1L)), TypeOf(probability), probability);
        }

        DataViewType TypeOf(string column) => schema.Output[column].Type;
    }

    // As ImageTensorWriter does it; the column may have its values in one side or in three.
    private static string Normalised(MlNetOnnxGraph graph, ImagePreprocessing preprocessing, string values)
    {
        int channels = preprocessing.Channels, size = preprocessing.ImageSize;
        string planes = graph.Node("Reshape", [values, graph.Constant("planes_shape", [-1, channels, size, size])]);
        string unit = graph.Node("Div", [planes, graph.Scalar("white", (float)byte.MaxValue)]);
        string centred = graph.Node("Sub", [unit, graph.Constant("mean", () => [.. preprocessing.Mean], 1, channels, 1, 1)]);
        return graph.Node("Div", [centred, graph.Constant("std", () => [.. preprocessing.Std], 1, channels, 1, 1)]);
    }

    private static string BestKey(MlNetOnnxGraph graph, string logits)
    {
        string best = graph.Node("ArgMax", [logits], OnnxAttribute.Of("axis", 1L), OnnxAttribute.Of("keepdims", 1L));
        string key = graph.Node("Add", [best, graph.Scalar("first_key", FirstKey)]);
        return graph.Node("Cast", [key], OnnxAttribute.Of("to", (long)OnnxElement.UInt32));
    }
}
