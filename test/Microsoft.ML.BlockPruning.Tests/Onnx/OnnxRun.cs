using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.BlockPruning.Tests.Onnx;

/// <summary>A network's file of ONNX, scored by ONNX Runtime.</summary>
internal static class OnnxRun
{
    /// <param name="network">Written.</param>
    /// <param name="images">[any, channels, size, size], normalised.</param>
    /// <returns>[any, classes].</returns>
    public static float[] Score(SparseViT network, float[] images)
    {
        using var file = new MemoryStream();
        OnnxFile.Save(network, file);
        using var session = new InferenceSession(file.ToArray());
        using var options = new RunOptions();
        var spec = network.Spec;
        int count = images.Length / spec.ImageDim;
        using var input = OrtValue.CreateTensorValueFromMemory(images, [count, spec.Channels, spec.ImageSize, spec.ImageSize]);
        using var results = session.Run(options, ["pixel_values"], [input], ["logits"]);
        CollectionAssert.AreEqual(new long[] { count, spec.NumClasses }, results[0].GetTensorTypeAndShape().Shape);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
