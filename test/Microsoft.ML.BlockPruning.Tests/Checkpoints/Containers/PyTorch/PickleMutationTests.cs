using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.PyTorch;

/// <summary>Files of torch's with bytes changed: they load, or are refused by the one exception; eng/fuzz.sh goes on from here.</summary>
[TestClass]
public sealed class PickleMutationTests
{
    private const int Changes = 400;
    private const long MostBytes = 64L << 20;

    public static IEnumerable<string> Files => new[] { "nets", "errors" }.SelectMany(
        folder => Directory.EnumerateFiles(GoldenFiles.Path(folder), "*", SearchOption.AllDirectories))
        .Where(path => Path.GetExtension(path) is ".pth" or ".bin" or ".pt" or ".ckpt" or ".tar" or ".pkl");

    [TestMethod]
    public void Open_OfChangedBytes_ThrowsNothingElse_AndTakesNoMemory()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(5);
        string path = folder["model.pth"];
        int read = 0, refused = 0;
        foreach (string file in Files)
        {
            byte[] content = File.ReadAllBytes(file);
            for (int change = 0; change < Changes; change++)
            {
                File.WriteAllBytes(path, Changed(content, random));
                long before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    ReadAll(path);
                    read++;
                }
                catch (Exception error) when (error is InvalidDataException or IOException)
                {
                    refused++;
                }

                long taken = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.IsLessThan(MostBytes + content.Length, taken, $"{file}, change {change}");
            }
        }

        Assert.IsGreaterThan(Changes, read);
        Assert.IsGreaterThan(Changes, refused);
    }

    private static void ReadAll(string path)
    {
        using var tensors = new ContainerDetector(CheckpointRows.Default.Containers).Open(path);
        foreach (string name in tensors.Names.Where(name => tensors.Find(name)!.Type.Contains("float", StringComparison.Ordinal)))
        {
            tensors.ReadSingles(name);
        }
    }

    // In the pickle, which begins a file, more often than in the numbers; a few bytes, a cut, or a part twice.
    private static byte[] Changed(byte[] content, Random random)
    {
        byte[] changed = [.. content];
        int at = random.Next(2) == 0 ? random.Next(changed.Length) : random.Next(Math.Min(4096, changed.Length));
        switch (random.Next(6))
        {
            case 0:
                return changed[..at];
            case 1:
                return [.. changed[..at], .. changed[Math.Max(0, at - random.Next(64))..]];
            default:
                for (int i = random.Next(3); i >= 0; i--)
                {
                    changed[Math.Min(changed.Length - 1, at + random.Next(24))] = (byte)random.Next(256);
                }

                return changed;
        }
    }
}
