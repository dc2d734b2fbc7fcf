using Microsoft.ML.BlockPruning.Benchmarks.Timing;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests;

[TestClass]
public sealed class ResultFileTests
{
    [TestMethod]
    public void Read_TakesTheRowsOfThisMachineAlone()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            string path = Path.Combine(folder, "rows.json");
            ResultFile.Write(path, threads: 2, [1.5, 2.5]);

            CollectionAssert.AreEqual(new[] { 1.5, 2.5 }, ResultFile.Read<double>(path).ToArray());

            File.WriteAllText(path, """{"machine": {"processor": "Difference Engine"}, "rows": [1.5]}""");
            var error = Assert.ThrowsExactly<InvalidDataException>(() => ResultFile.Read<double>(path));
            Assert.Contains("Difference Engine", error.Message);
            Assert.Contains(MachineDescription.Processor, error.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
