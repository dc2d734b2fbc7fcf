namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>An empty folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-test-");

    public IEnumerable<string> Names => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name);

    public string this[string name] => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
