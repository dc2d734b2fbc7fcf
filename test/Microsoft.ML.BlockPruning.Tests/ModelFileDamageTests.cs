using System.Buffers.Binary;
using System.Text;
using Microsoft.ML.BlockPruning.Tests.Reporting;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Single flipped bits of a whole model file, in what the library's own streams take of it.</summary>
[TestClass]
public sealed class ModelFileDamageTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly IDataView _data;

    public ModelFileDamageTests() => _data = _ml.Data.LoadFromEnumerable(TestImages.EncodedRows(1));

    /// <summary>ML.NET's own entries are left alone: a damaged Schema makes its loader spin, which is not the library's to mend.</summary>
    [TestMethod]
    public void AFlippedBit_IsRefused_OrChangesNeitherScoresNorColumns()
    {
        byte[] model = Save();
        var expected = Scores(model);
        var places = OwnPlaces(model);
        Assert.IsGreaterThan(10_000, places.Count); // the network's values do not deflate
        var random = new Random(11);
        int loaded = 0;
        for (int flip = 0; flip < 1500; flip++)
        {
            byte[] damaged = [.. model];
            int place = places[random.Next(places.Count)];
            damaged[place] ^= (byte)(1 << random.Next(8));
            List<float[]> found;
            try
            {
                found = Scores(damaged);
            }
            catch (Exception error) when (IsDocumented(error))
            {
                continue;
            }

            loaded++;
            TestData.AssertSameBits(expected, found);
        }

        Assert.IsLessThan(150, loaded); // the report's bytes alone may go
    }

    // ML.NET calls loaders by reflection.
    private static bool IsDocumented(Exception error) => error is InvalidDataException or FormatException or IOException
        || (error is System.Reflection.TargetInvocationException && IsDocumented(error.InnerException!));

    /// <summary>The places of the entries that the library writes: their local headers and contents.</summary>
    private static List<int> OwnPlaces(byte[] model)
    {
        var places = new List<int>();
        int end = model.AsSpan().LastIndexOf("PK\u0005\u0006"u8);
        int count = BinaryPrimitives.ReadUInt16LittleEndian(model.AsSpan(end + 10));
        int at = BinaryPrimitives.ReadInt32LittleEndian(model.AsSpan(end + 16));
        for (int i = 0; i < count; i++)
        {
            int Length(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(model.AsSpan(at + offset));
            int size = BinaryPrimitives.ReadInt32LittleEndian(model.AsSpan(at + 20));
            int start = BinaryPrimitives.ReadInt32LittleEndian(model.AsSpan(at + 42));
            string name = Encoding.UTF8.GetString(model, at + 46, Length(28));
            if (name.Split('/')[^1] is "Spec" or "SparseViT" or "Report" or "Checksums")
            {
                places.AddRange(Enumerable.Range(start, 30 + name.Length + size));
            }

            at += 46 + Length(28) + Length(30) + Length(32);
        }

        return places;
    }

    private byte[] Save()
    {
        using var transformer = TestNetworks.Transformer(_ml, report: TestReports.Create());
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, _data.Schema, stream);
        return stream.ToArray();
    }

    private List<float[]> Scores(byte[] model)
    {
        var loaded = _ml.Model.Load(new MemoryStream(model), out _);
        using var owned = (IDisposable)loaded;
        var network = loaded as SparseViTTransformer ?? ((TransformerChain<ITransformer>)loaded).OfType<SparseViTTransformer>().Single();
        Assert.AreEqual(("Image", "Score", "PredictedLabel", 4), (
            network.Settings.ImageColumnName, network.Settings.ScoreColumnName, network.Settings.PredictedLabelColumnName,
            network.Settings.BatchSize));
        return TestData.Scores(network.Transform(_data));
    }
}
