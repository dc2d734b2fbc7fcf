using System.Security.Cryptography;
using Microsoft.ML.BlockPruning.Fuzz.Targets;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>A target's folder below <c>artifacts/fuzz</c>: seeds, kept inputs, findings, what parent and child tell each other.</summary>
internal sealed class FuzzFolder(string path)
{
    public string Path { get; } = path;

    public string Slot => Under("current");

    public string Tally => Under("tally.json");

    /// <summary>For the files that readers are given; goes with the child.</summary>
    public string Scratch => Under("scratch");

    private string Seeds => Under("seeds");

    private string Kept => Under("kept");

    /// <summary>The fewest kept inputs that reach every branch; a person picks of them for the corpus.</summary>
    private string Smallest => Under("smallest");

    /// <summary>Begins anew with a target's seeds, its corpus and the handed files.</summary>
    public void Prepare(IFuzzTarget target)
    {
        if (Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }

        foreach (string folder in new[] { Seeds, Kept, Scratch })
        {
            Directory.CreateDirectory(folder);
        }

        foreach (byte[] seed in target.Seeds().Concat(target.CorpusFiles().Select(File.ReadAllBytes)))
        {
            File.WriteAllBytes(System.IO.Path.Combine(Seeds, NameOf(seed)), seed);
        }
    }

    /// <summary>Seeds, then what was kept, always in the same order.</summary>
    public IEnumerable<byte[]> Inputs() => new[] { Seeds, Kept }
        .SelectMany(folder => Directory.GetFiles(folder).Order(StringComparer.Ordinal)).Select(File.ReadAllBytes);

    public void Keep(byte[] input) => File.WriteAllBytes(System.IO.Path.Combine(Kept, NameOf(input)), input);

    /// <summary>Takes out an input that ended a child, so that the next one comes past it.</summary>
    public void Drop(byte[] input)
    {
        File.Delete(System.IO.Path.Combine(Seeds, NameOf(input)));
        File.Delete(System.IO.Path.Combine(Kept, NameOf(input)));
    }

    public void SaveSmallest(IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(Smallest);
        foreach (byte[] input in inputs)
        {
            File.WriteAllBytes(System.IO.Path.Combine(Smallest, NameOf(input)), input);
        }
    }

    public void ClearScratch()
    {
        Directory.Delete(Scratch, recursive: true);
        Directory.CreateDirectory(Scratch);
    }

    private static string NameOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content))[..16];

    private string Under(string name) => System.IO.Path.Combine(Path, name);
}
