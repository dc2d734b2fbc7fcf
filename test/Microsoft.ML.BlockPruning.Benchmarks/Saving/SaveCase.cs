namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>One of the library's writers with two things to write, which are told apart when they are read.</summary>
/// <param name="name">As results call it.</param>
/// <param name="fileName">What it writes.</param>
internal abstract class SaveCase(string name, string fileName) : IDisposable
{
    /// <summary>How many things there are to write.</summary>
    public const int Versions = 2;

    public string Name { get; } = name;

    public string FileName { get; } = fileName;

    /// <summary>Files that stay beside the written one.</summary>
    public virtual IReadOnlyList<string> Companions => [];

    public static IReadOnlyList<Func<SaveCase>> All { get; } =
        [() => new PipelineCase(), () => new NetworkCase(), () => new StateCase(), () => new JournalCase(), () => new ReportCase()];

    /// <summary>The writer of a name.</summary>
    public static SaveCase Of(string name) => name switch
    {
        PipelineCase.Is => new PipelineCase(),
        NetworkCase.Is => new NetworkCase(),
        StateCase.Is => new StateCase(),
        JournalCase.Is => new JournalCase(),
        ReportCase.Is => new ReportCase(),
        _ => throw new ArgumentException($"There is no writer '{name}'.", nameof(name)),
    };

    /// <summary>Writes over what is there.</summary>
    public abstract void Write(string path, int version);

    /// <summary>Reads a file as a user would, and compares it with one that was written in peace.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reference">Holds the version in question.</param>
    /// <param name="isBeingWritten">Whether the writer was at this version.</param>
    public virtual bool Holds(string path, string reference, bool isBeingWritten)
    {
        Parse(path);
        return File.ReadAllBytes(path).AsSpan().SequenceEqual(File.ReadAllBytes(reference));
    }

    public abstract void Dispose();

    /// <summary>Throws where the file is not whole.</summary>
    protected abstract void Parse(string path);
}
