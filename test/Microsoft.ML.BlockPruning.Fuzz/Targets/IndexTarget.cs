using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>An index of shards, which lie beside it and are good.</summary>
internal sealed class IndexTarget : IFuzzTarget
{
    private const string Index = "model.safetensors.index.json";

    private static readonly string Golden =
        Repository.At("test", "Microsoft.ML.BlockPruning.Tests", "Golden", "nets", "hf4_vit_sharded");

    private readonly ScratchFile _file = new(Index);

    public IndexTarget()
    {
        foreach (string beside in Directory.EnumerateFiles(Golden).Where(path => Path.GetFileName(path) != Index))
        {
            File.Copy(beside, Path.Combine(_file.Folder, Path.GetFileName(beside)));
        }
    }

    public string Name => "index";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new JsonTreeEdit(), new NumberTextEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => [File.ReadAllBytes(Path.Combine(Golden, Index))];

    public void Read(byte[] content)
    {
        using var checkpoint = Checkpoint.Open(_file.With(content));
        checkpoint.ReadWeights();
    }
}
