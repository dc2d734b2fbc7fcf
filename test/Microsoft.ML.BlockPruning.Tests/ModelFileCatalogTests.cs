using System.IO.Compression;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

[TestClass]
public sealed class ModelFileCatalogTests : IDisposable
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly TemporaryFolder _folder = new();
    private readonly List<EncodedRow> _rows = TestImages.EncodedRows(3);

    private string ModelPath => _folder["model.zip"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void SaveAtomically_SavesWhatLoadsWithTheSameScores()
    {
        var expected = Save();

        var model = _ml.Model.LoadChecked(ModelPath, out var schema);

        Assert.IsNotNull(schema!.GetColumnOrNull("Image"));
        TestData.AssertSameBits(expected, TestData.Scores(model.Transform(_ml.Data.LoadFromEnumerable(_rows))));
        CollectionAssert.AreEqual(new[] { "model.zip" }, _folder.Names.ToArray());
    }

    [TestMethod]
    public void SaveAtomically_ThatFailsLeavesTheOldModelAlone()
    {
        Save();
        byte[] old = File.ReadAllBytes(ModelPath);

        Assert.ThrowsExactly<NotSupportedException>(() => _ml.Model.SaveAtomically(new Unsavable(), inputSchema: null, ModelPath));

        CollectionAssert.AreEqual(old, File.ReadAllBytes(ModelPath));
        CollectionAssert.AreEqual(new[] { "model.zip" }, _folder.Names.ToArray());
    }

    [TestMethod]
    public void SaveAtomically_NamesAPathThatCannotBeWritten() => StringAssert.Contains(
        Assert.ThrowsExactly<IOException>(() => Save(_folder["none/model.zip"])).Message, _folder["none/model.zip"]);

    [TestMethod]
    public void LoadChecked_RefusesAFlippedByteOfEveryEntryByName()
    {
        Save();
        byte[] whole = File.ReadAllBytes(ModelPath);
        using var zip = ZipFile.OpenRead(ModelPath);
        Assert.IsGreaterThan(4, zip.Entries.Count);
        foreach (var entry in zip.Entries.Where(entry => entry.CompressedLength > 0))
        {
            // Not the end: what the last bytes hold behind the deflated bits is of no account.
            foreach (int part in new[] { 0, 1, 2 })
            {
                byte[] damaged = [.. whole];
                damaged[DataOf(whole, entry) + (Math.Max(0, entry.CompressedLength - 5) * part / 2)] ^= 0x10;
                File.WriteAllBytes(_folder["damaged.zip"], damaged);

                string message = Refused("damaged.zip");

                StringAssert.Contains(message, _folder["damaged.zip"]);
                StringAssert.Contains(message, $"'{entry.FullName}'");
            }
        }
    }

    [TestMethod]
    public void LoadChecked_OfAFlippedByteAnywhereLoadsTheSameOrSaysWhatIsWrong()
    {
        var expected = Save();
        byte[] whole = File.ReadAllBytes(ModelPath);
        var random = new Random(7);
        for (int i = 0; i < 150; i++)
        {
            byte[] damaged = [.. whole];
            damaged[random.Next(whole.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_folder["damaged.zip"], damaged);
            try
            {
                // A date, a name that is not looked for, a part of the header: nothing that scores depend on.
                var model = _ml.Model.LoadChecked(_folder["damaged.zip"], out _);
                TestData.AssertSameBits(expected, TestData.Scores(model.Transform(_ml.Data.LoadFromEnumerable(_rows))));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [TestMethod]
    [DataRow(0)]
    [DataRow(3)]
    [DataRow(500)]
    [DataRow(-1)] // all but the last byte
    public void LoadChecked_RefusesAFileThatIsCutOff(int length)
    {
        Save();
        byte[] whole = File.ReadAllBytes(ModelPath);
        File.WriteAllBytes(_folder["cut.zip"], whole[..(length < 0 ? whole.Length + length : length)]);

        StringAssert.Contains(Refused("cut.zip"), _folder["cut.zip"]);
    }

    [TestMethod]
    public void LoadChecked_RefusesAFileThatWouldFillTheMemory()
    {
        using (var zip = ZipFile.Open(_folder["bomb.zip"], ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("Schema", CompressionLevel.SmallestSize).Open();
            byte[] zeros = new byte[1 << 20];
            for (int megabyte = 0; megabyte < 100; megabyte++)
            {
                entry.Write(zeros);
            }
        }

        Assert.IsLessThan(200_000, new FileInfo(_folder["bomb.zip"]).Length);
        long before = GC.GetAllocatedBytesForCurrentThread();
        StringAssert.Contains(Refused("bomb.zip"), "made to harm");
        Assert.IsLessThan(4 << 20, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [TestMethod]
    public void LoadChecked_RefusesOtherFiles()
    {
        using (var zip = ZipFile.Open(_folder["photos.zip"], ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("photo.png").Open();
            entry.Write("photo"u8);
        }

        using (var zip = ZipFile.Open(_folder["twice.zip"], ZipArchiveMode.Create))
        {
            zip.CreateEntry("Schema").Open().Dispose();
            zip.CreateEntry("Schema").Open().Dispose();
        }

        File.WriteAllText(_folder["text.zip"], "no zip at all");

        StringAssert.Contains(Refused("photos.zip"), "cannot be loaded");
        StringAssert.Contains(Refused("twice.zip"), "twice");
        StringAssert.Contains(Refused("text.zip"), "no model");
        Assert.ThrowsExactly<FileNotFoundException>(() => _ml.Model.LoadChecked(_folder["none.zip"], out _));
    }

    // Behind the local header (APPNOTE.TXT 4.3.7): 30 bytes, the name, the extra field.
    private static int DataOf(byte[] zip, ZipArchiveEntry entry)
    {
        byte[] name = System.Text.Encoding.UTF8.GetBytes(entry.FullName);
        for (int at = 0; ; at++)
        {
            if (zip.AsSpan(at).StartsWith("PK\u0003\u0004"u8) && zip.AsSpan(at + 30).StartsWith(name)
                && BitConverter.ToUInt16(zip, at + 26) == name.Length)
            {
                return at + 30 + name.Length + BitConverter.ToUInt16(zip, at + 28);
            }
        }
    }

    private string Refused(string name) =>
        Assert.ThrowsExactly<InvalidDataException>(() => _ml.Model.LoadChecked(_folder[name], out _)).Message;

    private List<float[]> Save(string? path = null)
    {
        using var transformer = TestNetworks.Transformer(_ml);
        var data = _ml.Data.LoadFromEnumerable(_rows);
        var scored = transformer.Transform(data);
        var toValue = _ml.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored);
        _ml.Model.SaveAtomically(new TransformerChain<ITransformer>(transformer, toValue), data.Schema, path ?? ModelPath);
        return TestData.Scores(scored);
    }

    private sealed class Unsavable : ITransformer
    {
        public bool IsRowToRowMapper => false;

        public DataViewSchema GetOutputSchema(DataViewSchema inputSchema) => inputSchema;

        public IRowToRowMapper GetRowToRowMapper(DataViewSchema inputSchema) => throw new NotSupportedException();

        public void Save(ModelSaveContext ctx) => throw new NotSupportedException("half-way");

        public IDataView Transform(IDataView input) => input;
    }
}
