using System.Globalization;
using Microsoft.ML.BlockPruning.Measurement.Energy;

namespace Microsoft.ML.BlockPruning.Tests.Measurement.Energy;

[TestClass]
public sealed class RaplCounterTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("powercap");

    [TestCleanup]
    public void RemoveFolder() => _folder.Delete(recursive: true);

    [TestMethod]
    public void ReadJoules_AddsThePackagesUpAcrossAWrap()
    {
        Zone("intel-rapl:0", 900_000, range: 1_000_000);
        Zone("intel-rapl:1", 5_000_000, range: 90_000_000);
        Zone("intel-rapl:1:0", 77, range: 90_000_000); // a part of package 1
        Zone("dtpm", 77, range: 1);
        var counter = RaplCounter.TryOpen(_folder.FullName)!;
        Assert.AreEqual(0, counter.ReadJoules());

        Zone("intel-rapl:0", 400_000, range: 1_000_000); // 0.1 J to the end, 0.4 J after it
        Zone("intel-rapl:1", 7_000_000, range: 90_000_000);
        Zone("intel-rapl:1:0", 1_000_000, range: 90_000_000);

        Assert.AreEqual(2.5, counter.ReadJoules(), 1e-12);
        Zone("intel-rapl:0", 500_000, range: 1_000_000);
        Assert.AreEqual(2.6, counter.ReadJoules(), 1e-12);
    }

    [TestMethod]
    public void TryOpen_IsNullWhereThereIsNothingToRead()
    {
        Assert.IsNull(RaplCounter.TryOpen(Path.Combine(_folder.FullName, "missing")));
        Assert.IsNull(RaplCounter.TryOpen(_folder.FullName));
        _folder.CreateSubdirectory("intel-rapl:0"); // without its files
        Assert.IsNull(RaplCounter.TryOpen(_folder.FullName));
        Zone("intel-rapl:0", 1, range: 2);
        Assert.IsNotNull(RaplCounter.TryOpen(_folder.FullName));
    }

    private void Zone(string name, long energy, long range)
    {
        string zone = _folder.CreateSubdirectory(name).FullName;
        File.WriteAllText(Path.Combine(zone, "energy_uj"), energy.ToString(CultureInfo.InvariantCulture) + "\n");
        File.WriteAllText(Path.Combine(zone, "max_energy_range_uj"), range.ToString(CultureInfo.InvariantCulture) + "\n");
    }
}
