using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.Data;

namespace SameBits;

/// <summary>Prunes the bundled network and writes a line for each thing that must not change: plan, tensors, scores.</summary>
/// <param name="bundled">Folder of the bundled network and images.</param>
/// <param name="networks">Folder of the pruned networks, written or read.</param>
/// <param name="settings">How to prune, one after another.</param>
/// <param name="output">Takes the lines.</param>
internal sealed class PruningCheck(string bundled, string networks, IReadOnlyList<PruningSetting> settings, TextWriter output)
{
    private const int CalibrationImages = 128;
    private const int TestImages = 256;
    private const int ShownScores = 4;
    private const int Seed = 1;

    private readonly MLContext _context = new(Seed);

    private string NetworkPath => Path.Combine(bundled, "fashion-vit.safetensors");

    /// <summary>Prunes by every setting and saves each network; how long it took goes to the error stream.</summary>
    public void Prune()
    {
        var calibration = Images("calibration", CalibrationImages);
        foreach (var setting in settings)
        {
            var clock = Stopwatch.StartNew();
            Prune(setting, calibration);
            Console.Error.WriteLine($"{setting.Name}: {clock.Elapsed.TotalSeconds:0} s");
        }
    }

    /// <summary>Loads every saved network and scores with it.</summary>
    public void ScoreSaved()
    {
        foreach (var setting in settings)
        {
            using var network = _context.Transforms.LoadSparseViT(PathOf(setting));
            WriteScores($"{setting.Name} loaded", network.Transform(Images("t10k", TestImages)));
        }
    }

    private void Prune(PruningSetting setting, IDataView calibration)
    {
        var options = new BlockPruneEstimator.Options { ModelPath = NetworkPath };
        setting.Choose(options);

        // A context of its own: what one setting draws must not depend on those before it.
        using var network = new MLContext(Seed).Transforms.PruneBlocks(options).Fit(calibration);
        foreach (var layer in network.Layers)
        {
            byte[] mask = new byte[layer.BlockRows * layer.BlockColumns];
            for (int block = 0; block < mask.Length; block++)
            {
                mask[block] = layer.IsKept(block / layer.BlockColumns, block % layer.BlockColumns) ? (byte)1 : (byte)0;
            }

            output.WriteLine($"{setting.Name} plan {layer.Name} {layer.Block} {layer.KeptBlocks}/{layer.TotalBlocks} {Hash(mask)}");
        }

        output.WriteLine($"{setting.Name} cost {network.MultiplyAdds} multiply-adds, {network.WeightBytes} bytes");
        network.SaveNetwork(PathOf(setting));
        foreach (var tensor in SavedTensor.ReadAll(PathOf(setting)))
        {
            output.WriteLine($"{setting.Name} tensor {tensor.Name} {tensor.Kind} {Hash(tensor.Bits.Span)}");
        }

        WriteScores(setting.Name, network.Transform(Images("t10k", TestImages)));
    }

    private string PathOf(PruningSetting setting) => Path.Combine(networks, $"{setting.Name}.safetensors");

    // Without keys for the label there would be no classes in the column; these are the network's own names, in its order.
    private IDataView Images(string prefix, int count)
    {
        var classes = _context.BlockPruning().ReadClassNames(NetworkPath);
        var schema = SchemaDefinition.Create(typeof(ImageRow));
        schema[nameof(ImageRow.Image)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, ImageRow.Pixels);
        var rows = _context.Data.LoadFromEnumerable(ImageRow.Read(bundled, prefix, classes, count), schema);
        var keys = _context.Data.LoadFromEnumerable(classes.Select(name => new ClassRow { Label = name }));
        return _context.Transforms.Conversion.MapValueToKey(nameof(ImageRow.Label), keyData: keys).Fit(rows).Transform(rows);
    }

    private void WriteScores(string name, IDataView scored)
    {
        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (float[] row in scores)
        {
            hash.AppendData(MemoryMarshal.AsBytes<float>(row));
        }

        string first = string.Join(' ', scores[0].Take(ShownScores).Select(score => $"{BitConverter.SingleToUInt32Bits(score):x8}"));
        output.WriteLine($"{name} scores {scores.Length} images {Convert.ToHexStringLower(hash.GetHashAndReset())} {first}");
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private sealed class ClassRow
    {
        public required string Label { get; init; }
    }
}
