using System.Numerics.Tensors;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.OneModelFile;

/// <summary>A file, and what the network in it said before it was saved.</summary>
/// <param name="Path">The file.</param>
/// <param name="Scores">[images] the logits of each image.</param>
/// <param name="Labels">[images] the best class of each.</param>
/// <param name="LabelNames">The classes.</param>
/// <param name="MultiplyAdds">Of the network.</param>
internal sealed record Written(
    string Path, IReadOnlyList<float[]> Scores, IReadOnlyList<string> Labels, IReadOnlyList<string> LabelNames, long MultiplyAdds)
{
    /// <summary>Asks a network that is still in memory.</summary>
    public static Written Of(string path, SparseViTTransformer network, IReadOnlyList<string> images)
    {
        var context = new MLContext();
        var rows = context.Data.LoadFromEnumerable(images.Select(image => new ImageFileRow { ImagePath = image }));
        float[][] scores = [.. network.Transform(rows).GetColumn<float[]>("Score")];
        return new Written(
            path, scores, [.. scores.Select(row => network.LabelNames[TensorPrimitives.IndexOfMax<float>(row)])], [.. network.LabelNames],
            network.MultiplyAdds);
    }
}
