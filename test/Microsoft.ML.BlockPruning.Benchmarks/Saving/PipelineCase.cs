using System.IO.Compression;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary><see cref="ModelFileCatalog.SaveAtomically"/>; the zip file carries dates, so its entries are compared.</summary>
internal sealed class PipelineCase() : SaveCase(Is, "model.zip")
{
    public const string Is = "pipeline";

    private readonly MLContext _context = new(seed: 1);
    private readonly SparseViTTransformer[] _versions =
        [.. Enumerable.Range(0, Versions).Select(version => SaveNetworks.Transformer(new MLContext(seed: 1), version))];

    public override void Write(string path, int version) => _context.Model.SaveAtomically(_versions[version], inputSchema: null, path);

    public override bool Holds(string path, string reference, bool isBeingWritten)
    {
        Parse(path);
        using var found = ZipFile.OpenRead(path);
        using var expected = ZipFile.OpenRead(reference);
        return found.Entries.Select(entry => entry.FullName).SequenceEqual(expected.Entries.Select(entry => entry.FullName))
            && found.Entries.Zip(expected.Entries).All(pair => Content(pair.First).AsSpan().SequenceEqual(Content(pair.Second)));
    }

    public override void Dispose() => Array.ForEach(_versions, version => version.Dispose());

    protected override void Parse(string path) => (_context.Model.LoadChecked(path, out _) as IDisposable)?.Dispose();

    private static byte[] Content(ZipArchiveEntry entry)
    {
        using var content = entry.Open();
        using var copy = new MemoryStream();
        content.CopyTo(copy);
        return copy.ToArray();
    }
}
