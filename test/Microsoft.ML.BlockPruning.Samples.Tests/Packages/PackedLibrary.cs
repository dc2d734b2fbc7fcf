namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>The library's package, packed once from what was built, under a version that leaves the machine afterwards.</summary>
internal sealed class PackedLibrary : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public PackedLibrary() => ConsumerProject.Dotnet(
        RepositoryRoot.Path, "pack", "src/Microsoft.ML.BlockPruning", "-c", "Release", "--no-build", "-o", Folder, $"-p:Version={Version}");

    public string Version { get; } = $"0.1.0-test.{Guid.NewGuid():N}";

    public string Folder => _folder.Path;

    public string FilePath => _folder.File($"Microsoft.ML.BlockPruning.{Version}.nupkg");

    public string SymbolsPath => Path.ChangeExtension(FilePath, ".snupkg");

    public void Dispose()
    {
        _folder.Dispose();
        string cached = Path.Combine(
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
            "microsoft.ml.blockpruning",
            Version);
        if (Directory.Exists(cached))
        {
            Directory.Delete(cached, recursive: true);
        }
    }
}
