namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A file for readers that take a path, in a folder of this process; written anew for each input.</summary>
internal sealed class ScratchFile
{
    public ScratchFile(string name)
    {
        var folder = Directory.CreateTempSubdirectory("blockpruning-fuzz-");
        Folder = folder.FullName;
        FilePath = Path.Combine(Folder, name);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Delete(recursive: true);
    }

    public string Folder { get; }

    public string FilePath { get; }

    /// <summary>Writes the content.</summary>
    /// <returns>The path.</returns>
    public string With(byte[] content)
    {
        File.WriteAllBytes(FilePath, content);
        return FilePath;
    }
}
