using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A folder: a line of the input for each of its files, all of which hold the same good network.</summary>
internal sealed class FolderTarget : IFuzzTarget
{
    private const int MostFiles = 12;
    private readonly ScratchFile _file = new("files.txt");
    private readonly Lazy<byte[]> _network = new(() => File.ReadAllBytes(Repository.At(
        "test", "Microsoft.ML.BlockPruning.Tests", "Golden", "nets", "pth_bare", "model.pth")));

    public string Name => "folder";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() =>
    [
        "model.safetensors"u8.ToArray(), "pytorch_model.bin\nconfig.txt"u8.ToArray(),
        "checkpoint-500/model.safetensors\ncheckpoint-500/optimizer.pt"u8.ToArray(), "model_best.pth.tar\nREADME.md"u8.ToArray(),
    ];

    public void Read(byte[] content)
    {
        string folder = Path.Combine(_file.Folder, "model");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        foreach (string name in Encoding.UTF8.GetString(content).Split('\n').Take(MostFiles))
        {
            TryWrite(folder, name);
        }

        using var checkpoint = Checkpoint.Open(folder, new CheckpointOptions { NumHeads = 2 });
        checkpoint.ReadWeights();
    }

    // What the file system does not take as a name within the folder is no file of it.
    private void TryWrite(string folder, string name)
    {
        try
        {
            string path = Path.GetFullPath(Path.Combine(folder, name));
            if (path.StartsWith(folder + Path.DirectorySeparatorChar, StringComparison.Ordinal) && Path.GetExtension(path) != ".json")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(path)!);
                File.WriteAllBytes(path, _network.Value);
            }
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
        }
    }
}
