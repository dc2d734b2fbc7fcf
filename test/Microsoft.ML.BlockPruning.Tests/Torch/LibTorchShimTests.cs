using System.Diagnostics;
using System.Text;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

[TestClass]
public sealed class LibTorchShimTests
{
    private const string Node = "GLIBCXX_3.4.32";
    private const string Symbol = "_ZSt21ios_base_library_initv";

    [TestMethod]
    public void Patch_ChangesTheSymbolsNameAndTwoNumbersOnly()
    {
        byte[] original = ShimFile.ReadOrInconclusive();
        byte[] patched = LibTorchShim.Patch(original)!;

        int name = original.AsSpan().IndexOf(Encoding.ASCII.GetBytes(Symbol + "\0"));
        var slot = Enumerable.Range(name, Symbol.Length);
        int[] elsewhere = [.. Enumerable.Range(0, original.Length).Where(i => original[i] != patched[i]).Except(slot)];

        Assert.AreEqual("tzset", Encoding.ASCII.GetString(patched, name, Symbol.Length).TrimEnd('\0'));
        Assert.HasCount(2, elsewhere);
        CollectionAssert.AreEquivalent(
            new[] { (0, 2), (18, 1) }, // need: flags none -> weak; symbol: version index 18 (readelf -V) -> 1, global
            elsewhere.Select(i => ((int)original[i], (int)patched[i])).ToArray());
    }

    [TestMethod]
    public void Patch_WeakensOneNeedAndRenamesOneSymbolInReadelfsEyes()
    {
        byte[] original = ShimFile.ReadOrInconclusive();
        byte[] patched = LibTorchShim.Patch(original)!;

        var (needsBefore, needsAfter) = (Readelf("-V", original), Readelf("-V", patched));
        var (symbolsBefore, symbolsAfter) = (Readelf("--dyn-syms", original), Readelf("--dyn-syms", patched));

        Assert.Contains("WEAK", needsAfter.Except(needsBefore).Single(line => line.Contains("Name:", StringComparison.Ordinal)));
        Assert.Contains(Node, needsBefore.Except(needsAfter).Single(line => line.Contains("Name:", StringComparison.Ordinal)));
        Assert.Contains(Symbol, symbolsBefore.Except(symbolsAfter).Single());
        Assert.EndsWith("UND tzset", symbolsAfter.Except(symbolsBefore).Single());
    }

    [TestMethod]
    public void Patch_ReturnsNullForALibraryWithoutTheNeed()
    {
        byte[] original = ShimFile.ReadOrInconclusive();
        byte[] patched = LibTorchShim.Patch(original)!;

        Assert.IsNull(LibTorchShim.Patch(File.ReadAllBytes(Path.Combine(ShimFile.NativeFolder, "libc10.so"))));
        Assert.IsNull(LibTorchShim.Patch(patched), "It no longer asks for the symbol.");
    }

    [TestMethod]
    public void Patch_LeavesItsInputAlone()
    {
        byte[] original = ShimFile.ReadOrInconclusive();
        byte[] input = [.. original];

        LibTorchShim.Patch(input);

        Assert.IsTrue(input.AsSpan().SequenceEqual(original));
    }

    [TestMethod]
    [DataRow("")]
    [DataRow("not a library, yet longer than the sixty-four bytes of an ELF header would be")]
    public void Patch_RefusesWhatIsNoLibrary(string text) =>
        Assert.ThrowsExactly<InvalidDataException>(() => LibTorchShim.Patch(Encoding.ASCII.GetBytes(text)));

    [TestMethod]
    public void Patch_RefusesEveryTruncation()
    {
        byte[] original = ShimFile.ReadOrInconclusive();

        // The section table is the file's end, so no shorter file is whole.
        foreach (int length in Enumerable.Range(0, 200).Select(i => (int)((long)original.Length * i / 200)).Append(63).Append(64))
        {
            Assert.ThrowsExactly<InvalidDataException>(() => LibTorchShim.Patch(original.AsSpan(0, length)), $"{length} bytes");
        }
    }

    [TestMethod]
    public void Patch_OfDamagedTablesPatchesOrRefusesButNeverFaults()
    {
        byte[] original = ShimFile.ReadOrInconclusive();
        var random = new Random(1);
        int sections = (int)BitConverter.ToInt64(original, 0x28);
        int needs = original.AsSpan().IndexOf(Encoding.ASCII.GetBytes("\x01\0\x01\0")); // near the version tables; any place will do
        int refused = 0;
        for (int run = 0; run < 300; run++)
        {
            byte[] damaged = [.. original];
            for (int k = 0; k < 8; k++)
            {
                int start = (run % 3) switch { 0 => 0x28, 1 => sections, _ => needs };
                damaged[Math.Min(start + random.Next(run % 3 == 0 ? 24 : 2048), damaged.Length - 1)] = (byte)random.Next(256);
            }

            try
            {
                LibTorchShim.Patch(damaged);
            }
            catch (InvalidDataException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(50, refused); // the damage does reach the tables
    }

    private static HashSet<string> Readelf(string option, byte[] elf)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, elf);
            using var readelf = Process.Start(new ProcessStartInfo("readelf", ["-W", option, file])
            {
                RedirectStandardOutput = true,
                Environment = { ["LC_ALL"] = "C" },
            })!;
            return [.. readelf.StandardOutput.ReadToEnd().Split('\n').Select(line => line.Trim())];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Inconclusive("readelf (binutils) is not on this machine.");
            throw;
        }
        finally
        {
            File.Delete(file);
        }
    }
}
