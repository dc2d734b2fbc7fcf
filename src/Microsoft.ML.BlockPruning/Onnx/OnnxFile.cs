using System.Text.Json;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A network as an ONNX file: normalised pixels in, logits out, any number of images.</summary>
internal static class OnnxFile
{
    /// <summary>Name of the input, [batch, channels, size, size].</summary>
    public const string Input = "pixel_values";

    /// <summary>Name of the output, [batch, classes].</summary>
    public const string Output = "logits";

    /// <summary>Writes a network.</summary>
    /// <exception cref="NotSupportedException">Its weights do not fit one file, or a part has no form in ONNX; says which.</exception>
    public static void Save(SparseViT network, Stream stream)
    {
        var spec = network.Spec;
        var graph = new OnnxGraph();
        string pixels = graph.Input(Input, OnnxGraph.AnyBatch, spec.Channels, spec.ImageSize, spec.ImageSize);
        graph.Output(OnnxNetwork.Add(new StandardLayers(graph), network, pixels), Output, OnnxGraph.AnyBatch, spec.NumClasses);
        graph.Metadata("labels", JsonSerializer.Serialize([.. network.LabelNames], MetadataJsonContext.Default.StringArray));
        graph.Metadata(
            "preprocessing", JsonSerializer.Serialize(PixelMetadata.Of(network.Preprocessing), MetadataJsonContext.Strict.PixelMetadata));
        var model = graph.ToModel();
        RequireFits(model.Length);
        model.WriteTo(stream);
    }

    /// <summary>Refuses what protobuf cannot hold: a message has 2³¹ − 1 bytes at most.</summary>
    /// <exception cref="NotSupportedException">It is more.</exception>
    public static void RequireFits(long bytes)
    {
        if (bytes > int.MaxValue)
        {
            throw new NotSupportedException(
                $"The network takes {bytes} bytes as ONNX, of which one file holds {int.MaxValue}; save it as safetensors.");
        }
    }
}
