using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Fuzz.Seeding;

/// <summary>What one pruning of a tiny network leaves behind, made once in a process: files as the product writes them today.</summary>
internal static class FittedSeed
{
    private const int Images = 12;
    private static readonly Lazy<(byte[] Zip, byte[] Network, byte[] Report)> Fitted = new(Fit);

    /// <summary>A whole pipeline as ML.NET saves it.</summary>
    public static byte[] Zip => Fitted.Value.Zip;

    /// <summary>The network alone.</summary>
    public static byte[] Network => Fitted.Value.Network;

    /// <summary>The report as JSON.</summary>
    public static byte[] Report => Fitted.Value.Report;

    private static (byte[] Zip, byte[] Network, byte[] Report) Fit()
    {
        var folder = Directory.CreateTempSubdirectory("blockpruning-fuzz-seed-");
        try
        {
            string path = Path.Combine(folder.FullName, "tiny.safetensors");
            Checkpoints.ViTCheckpoint.Save(TinyNetwork.Weights(TinyNetwork.Config()), path);
            var ml = new MLContext(seed: 1);
            var rows = ml.Data.LoadFromEnumerable(Enumerable.Range(0, Images).Select(i => new FileRow
            {
                Image = Pictures.Png(i),
                Label = TinyNetwork.Labels[i % TinyNetwork.Labels.Count],
            }).ToList());
            using var model = ml.Transforms.Conversion.MapValueToKey(nameof(FileRow.Label)).Append(
                ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
                {
                    ModelPath = path,
                    Block = new BlockShape(4, 4),
                    NumberOfThreads = 1,
                })).Fit(rows);
            using var zip = new MemoryStream();
            ml.Model.Save(model, rows.Schema, zip);
            using var network = new MemoryStream();
            model.LastTransformer.SaveNetwork(network);
            return (zip.ToArray(), network.ToArray(), System.Text.Encoding.UTF8.GetBytes(model.LastTransformer.Report!.ToJson()));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
