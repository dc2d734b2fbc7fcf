using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>The folder of a run: one file for each stage that is finished, each with all that it must agree in.</summary>
internal sealed class StageFiles
{
    /// <summary>The dense network in the basis of the run, before the first shot.</summary>
    public const string Basis = "basis";

    /// <summary>Calibration and rating of a shot.</summary>
    public const string Ratings = "ratings";

    /// <summary>The blocks that a shot chose.</summary>
    public const string Choice = "choice";

    private const string Prefix = "prune-";
    private const string Extension = ".safetensors";
    private const string ShotFiles = $"{Prefix}shot-*{Extension}";
    private const string Times = "times";
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _identity;
    private int _shot;

    /// <summary>Takes the folder, which is made where it is missing, and holds what is in it against a run.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="identity">What every file must agree in, each part under a name that people know.</param>
    /// <exception cref="IOException">It is no folder, or cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, of a later version or of another run; names what differs.</exception>
    public StageFiles(string folder, IReadOnlyDictionary<string, string> identity)
    {
        if (File.Exists(folder))
        {
            throw new IOException($"CheckpointFolder '{folder}' is a file, expected a folder: name another one.");
        }

        Directory.CreateDirectory(folder);
        (_folder, _identity) = (folder, identity);
        AtomicFile.RequireWritable(TimesPath(folder));
        foreach (string path in Directory.EnumerateFiles(folder, ShotFiles).Order(StringComparer.Ordinal))
        {
            using var file = new StageFile(path);
            file.Require(identity);
        }
    }

    /// <summary>The times of a budget of latency.</summary>
    public static string TimesPath(string folder) => Path.Combine(folder, $"{Prefix}{Times}{Extension}");

    /// <summary>The state of fine-tuning, where its options name no other file.</summary>
    public static string FineTuningPath(string folder) => Path.Combine(folder, $"{Prefix}fine-tuning{Extension}");

    /// <summary>Removes the files of a run, and the folder where nothing else is in it.</summary>
    public static void Remove(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        // With what killed writers left beside them.
        foreach (string path in Directory.GetFiles(folder, $"{Prefix}*{Extension}*"))
        {
            File.Delete(path);
        }

        if (!Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }

    /// <summary>The stages after this are those of the next shot.</summary>
    public void BeginShot() => _shot++;

    /// <summary>What an earlier run has kept of a stage of this shot; null: nothing.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="besides">What it must agree in besides.</param>
    /// <exception cref="InvalidDataException">It is damaged, or of another run; names the file and what differs.</exception>
    public StageFile? Find(string stage, params (string Key, string Value)[] besides) => Find(OfShot(stage), Identity(besides));

    /// <summary>What an earlier run has kept in a file; null: there is none.</summary>
    /// <inheritdoc cref="Find(string, ValueTuple{string, string}[])"/>
    public static StageFile? Find(string path, IReadOnlyDictionary<string, string> identity)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        var file = new StageFile(path);
        try
        {
            file.Require(identity);
            file.VerifyChecksum();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Keeps what a stage of this shot gave, over what was kept before.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="add">Adds the content.</param>
    /// <param name="besides">What it must agree in besides.</param>
    public void Keep(string stage, Action<StageWriter> add, params (string Key, string Value)[] besides) =>
        Keep(OfShot(stage), add, Identity(besides));

    /// <summary>Keeps what a stage gave in a file.</summary>
    /// <inheritdoc cref="Keep(string, Action{StageWriter}, ValueTuple{string, string}[])"/>
    public static void Keep(string path, Action<StageWriter> add, IReadOnlyDictionary<string, string> identity)
    {
        var writer = OwnFile.Create();
        writer.AddChecksum();
        foreach (var (key, value) in identity.Append(new(StageFile.VersionKey, StageFile.Version)))
        {
            writer.AddMetadata(key, value);
        }

        add(new StageWriter(writer));
        AtomicFile.Write(path, writer.Write);
    }

    /// <summary>Removes what is of no use any more.</summary>
    public void Forget(string stage) => File.Delete(OfShot(stage));

    /// <summary>Removes what all shots have kept.</summary>
    public void ForgetShots()
    {
        foreach (string path in Directory.GetFiles(_folder, ShotFiles))
        {
            File.Delete(path);
        }
    }

    private Dictionary<string, string> Identity((string Key, string Value)[] besides) =>
        new(_identity.Concat(besides.Select(one => KeyValuePair.Create(one.Key, one.Value))), StringComparer.Ordinal);

    private string OfShot(string stage) => PathOf(FormattableString.Invariant($"shot-{_shot}-{stage}"));

    private string PathOf(string stage) => Path.Combine(_folder, $"{Prefix}{stage}{Extension}");
}
