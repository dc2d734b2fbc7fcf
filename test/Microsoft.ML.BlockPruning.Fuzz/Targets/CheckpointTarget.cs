using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A dense network's safetensors file, with the names of whatever program.</summary>
internal sealed class CheckpointTarget : IFuzzTarget
{
    private readonly ScratchFile _file = new("model.safetensors");
    private readonly ScratchFile _copy = new("copy.safetensors");

    public string Name => "checkpoint";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } =
        [new SafetensorsHeaderEdit(), new SafetensorsHeaderText(), new SafetensorsValueEdit()];

    public IReadOnlyList<string> Cases { get; } = ["*.safetensors"];

    public IEnumerable<byte[]> Seeds() =>
        new[] { TinyNetwork.Config(), TinyNetwork.Config(channels: 1, isDistilled: true) }.Select(config =>
        {
            ViTCheckpoint.Save(TinyNetwork.Weights(config), _copy.FilePath);
            return File.ReadAllBytes(_copy.FilePath);
        }).Concat(GoldenSeed.All());

    public void Read(byte[] content)
    {
        var weights = ViTCheckpoint.Load(_file.With(content));
        var spec = weights.Spec;
        if (ViT.TryConfigOf(spec) is not null) // other networks have no file of timm's form
        {
            Sound.Must("save and load again", () =>
            {
                ViTCheckpoint.Save(weights, _copy.FilePath);
                ViTCheckpoint.Load(_copy.FilePath);
            });
        }

        var network = Sound.Must("become a network", () => SparseViT.Create(
            weights, new(), ImagePreprocessing.ImageNet(spec.ImageSize, spec.Channels),
            [.. Enumerable.Range(0, spec.NumClasses).Select(i => $"class {i}")]));
        using var stream = new MemoryStream();
        network.Save(stream);
        NetworkTarget.Use(stream.ToArray());
    }
}
