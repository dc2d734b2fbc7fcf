using System.Text;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>Rows as lines that a sweep's report shows beside its trials.</summary>
internal static class NetworkReferences
{
    /// <summary>Writes the dense network and ONNX Runtime's two.</summary>
    /// <param name="path">The file.</param>
    /// <param name="config">The network.</param>
    /// <param name="rows">Of that network at batch 1.</param>
    public static void Write(string path, ViTConfig config, IReadOnlyList<NetworkRow> rows)
    {
        var cost = new NetworkCost(ViT.Of(config));
        ReferencePoint Point(string name, NetworkVariant variant, long? multiplyAdds, long? bytes)
        {
            var row = rows.Single(one => one.Variant == variant);
            return new ReferencePoint
            {
                Name = name,
                Images = row.Images,
                Top1 = row.Top1,
                MultiplyAdds = multiplyAdds,
                Bytes = bytes ?? row.Bytes,
                Milliseconds = row.MsPerImage,
            };
        }

        // As a sweep counts and names its own dense network. Multiply-adds of bytes are no measure beside those of floats.
        ReferencePoint[] points =
        [
            Point(
                ReferencePoint.DenseName, NetworkVariant.OursDense, cost.TotalMultiplyAdds, cost.DenseBytes),
            Point("ONNX Runtime fp32", NetworkVariant.OnnxRuntimeFp32, cost.TotalMultiplyAdds, bytes: null),
            Point("ONNX Runtime int8", NetworkVariant.OnnxRuntimeInt8, multiplyAdds: null, bytes: null),
        ];
        string lines = string.Concat(points.Select(point => JournalLine.Of(point) + "\n"));
        AtomicFile.Write(path, file => file.Write(Encoding.UTF8.GetBytes(lines)));
    }
}
