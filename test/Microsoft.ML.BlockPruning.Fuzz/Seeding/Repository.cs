namespace Microsoft.ML.BlockPruning.Fuzz.Seeding;

/// <summary>The repository that this program was built in.</summary>
internal static class Repository
{
    private static readonly string Root = Find(new DirectoryInfo(AppContext.BaseDirectory));

    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Root, .. parts]);

    private static string Find(DirectoryInfo folder) => File.Exists(Path.Combine(folder.FullName, "BlockPruning.sln"))
        ? folder.FullName
        : Find(folder.Parent ?? throw new DirectoryNotFoundException("The fuzzer runs outside the repository; its corpus is there."));
}
