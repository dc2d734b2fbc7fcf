using System.Collections;
using Microsoft.ML;
using Microsoft.ML.BlockPruning.Checkpoints;

namespace BlockPrune.Cli;

/// <summary>The models of a command line, in its order; those that were opened are closed together.</summary>
internal sealed class ModelSet : IReadOnlyList<OpenModel>, IDisposable
{
    private readonly List<OpenModel> _models = [];

    private readonly CheckpointOptions _checkpoint;

    private ModelSet(CheckpointOptions checkpoint) => _checkpoint = checkpoint;

    public int Count => _models.Count;

    public OpenModel this[int index] => _models[index];

    /// <summary>Opens them.</summary>
    /// <param name="context">Owns the transformers.</param>
    /// <param name="paths">At least one file.</param>
    /// <param name="checkpoint">What no file tells of those that are dense checkpoints.</param>
    /// <param name="output">Shows that they are being read.</param>
    /// <exception cref="IOException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">A file is damaged, or holds no network.</exception>
    public static ModelSet Open(
        MLContext context, IReadOnlyList<string> paths, CheckpointOptions checkpoint, CliOutput output) =>
        output.Steps(display => display.Run("Reading the model", () => Open(context, paths, checkpoint)));

    /// <summary>Opens one more.</summary>
    /// <param name="context">Owns the transformer.</param>
    /// <param name="path">The file.</param>
    /// <param name="name">What it is called.</param>
    public OpenModel Add(MLContext context, string path, string name)
    {
        var model = new OpenModel(name, ViTCheckpoint.Find(path), _checkpoint, ModelFile.Open(context, path, _checkpoint));
        _models.Add(model);
        return model;
    }

    /// <summary>Shows the notes on models, with their names where there are several.</summary>
    public static void SayNotes(IReadOnlyCollection<OpenModel> models, CliOutput output)
    {
        foreach (var model in models)
        {
            foreach (string note in model.Network.Notes)
            {
                output.Error.WriteLine(models.Count > 1 ? $"Note on {model.Name}: {note}" : $"Note: {note}");
            }
        }
    }

    public IEnumerator<OpenModel> GetEnumerator() => _models.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public void Dispose() => _models.ForEach(model => model.Dispose());

    private static ModelSet Open(MLContext context, IReadOnlyList<string> paths, CheckpointOptions checkpoint)
    {
        var set = new ModelSet(checkpoint);
        try
        {
            foreach (string path in paths)
            {
                set.Add(context, path, NameOf(path, paths));
            }

            return set;
        }
        catch
        {
            set.Dispose();
            throw;
        }
    }

    // The file's name, unless two files have it.
    private static string NameOf(string path, IReadOnlyList<string> paths)
    {
        string name = ShortName(path);
        return paths.Count(other => ShortName(other) == name) > 1 ? path : name;
    }

    private static string ShortName(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(path));
}
