using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A dense network's file of PyTorch's: every tensor is read, then the network.</summary>
/// <param name="name">The target's.</param>
/// <param name="seeds">Folders of golden networks, and the file in each.</param>
internal sealed class TorchTarget(string name, params (string Folder, string File)[] seeds) : IFuzzTarget
{
    private readonly ScratchFile _file = new("model.pth");

    public string Name => name;

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new PickleEdit(), new PickleEdit(), new ZipFieldEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => seeds.Select(seed => File.ReadAllBytes(
        Repository.At("test", "Microsoft.ML.BlockPruning.Tests", "Golden", "nets", seed.Folder, seed.File)));

    public void Read(byte[] content)
    {
        string path = _file.With(content);
        using (var file = new ContainerDetector(CheckpointRows.Default.Containers).Open(path))
        {
            foreach (string tensor in file.Names.Where(tensor => file.Find(tensor)!.Type.Contains("float", StringComparison.Ordinal)))
            {
                file.ReadSingles(tensor);
            }
        }

        using var checkpoint = Checkpoint.Open(path, new CheckpointOptions { NumHeads = 2 });
        checkpoint.ReadWeights();
    }
}
