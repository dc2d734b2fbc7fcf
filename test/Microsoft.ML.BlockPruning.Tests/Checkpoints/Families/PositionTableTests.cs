using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Tests.Gates;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Families;

/// <summary>Against PyTorch's interpolate in double, at the sides that networks really have.</summary>
[TestClass]
public sealed class PositionTableTests
{
    private static readonly string Tables =
        Path.Combine(RepositoryFiles.Root, "test/Microsoft.ML.BlockPruning.Tests/Golden/io/position_tables.safetensors");

    [TestMethod]
    [DataRow(14, 24)]
    [DataRow(24, 14)]
    [DataRow(37, 16)]
    [DataRow(16, 37)]
    [DataRow(7, 14)]
    [DataRow(12, 11)]
    public void Resample_GivesPyTorchsTable(int oldSide, int newSide)
    {
        using var file = SafetensorsFile.Open(Tables);
        float[] rows = file.ReadSingles($"{oldSide}to{newSide}.in");
        foreach (var (rule, name) in new[]
        {
            (PositionResampling.Antialiased, "aa"), (PositionResampling.Plain, "plain"), (PositionResampling.Offset, "offset"),
        })
        {
            float[] expected = file.ReadSingles($"{oldSide}to{newSide}.{name}.out");

            float[] found = PositionTable.Resample(rows, prefixRows: 0, oldSide, newSide, rule);

            Assert.HasCount(expected.Length, found);
            for (int i = 0; i < found.Length; i++)
            {
                Assert.AreEqual(expected[i], found[i], 1e-6f, $"{rule}, value {i}");
            }
        }
    }

    [TestMethod]
    public void Resample_LeavesPrefixRowsAlone()
    {
        float[] patches = [.. Enumerable.Range(0, 9 * 2).Select(i => (float)Math.Sin(i))];

        float[] with = PositionTable.Resample([1, 2, 3, 4, .. patches], prefixRows: 2, 3, 5, PositionResampling.Plain);

        CollectionAssert.AreEqual(new float[] { 1, 2, 3, 4 }, with[..4]);
        CollectionAssert.AreEqual(PositionTable.Resample(patches, 0, 3, 5, PositionResampling.Plain), with[4..]);
    }

    [TestMethod]
    public void Resample_ToTheSameSide_ChangesNothing()
    {
        float[] rows = [float.MaxValue, 1e-30f, -0f, 4];
        foreach (var rule in Enum.GetValues<PositionResampling>())
        {
            CollectionAssert.AreEqual(rows, PositionTable.Resample(rows, 0, 2, 2, rule));
        }
    }

    [TestMethod]
    public void Resample_OfOneValue_KeepsIt()
    {
        foreach (float value in Enum.GetValues<PositionResampling>()
            .SelectMany(rule => PositionTable.Resample([7, 7, 7, 7], 0, 2, 5, rule)))
        {
            Assert.AreEqual(7, value, 1e-6f); // the weights of a filter add up to one
        }
    }

    [TestMethod]
    public void Resample_RefusesWhatIsNoTable()
    {
        Assert.ThrowsExactly<ArgumentException>(() => PositionTable.Resample(new float[5], 0, 2, 3, PositionResampling.Plain));
        Assert.ThrowsExactly<ArgumentException>(() => PositionTable.Resample([], 1, 2, 3, PositionResampling.Plain));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PositionTable.Resample(new float[4], 0, 2, 0, PositionResampling.Plain));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => PositionTable.Resample(new float[4], 0, 2, 33, PositionResampling.Plain));
    }
}
