using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Reporting;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A pruned network's safetensors file.</summary>
internal sealed class NetworkTarget : IFuzzTarget
{
    public string Name => "network";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } =
        [new SafetensorsHeaderEdit(), new SafetensorsHeaderText(), new SafetensorsMetadataEdit(), new SafetensorsValueEdit()];

    public IReadOnlyList<string> Cases { get; } = ["*.safetensors"];

    /// <summary>Files of today, and the same as older versions of this library wrote them: without a checksum.</summary>
    public IEnumerable<byte[]> Seeds()
    {
        byte[][] files =
        [
            TinyNetwork.Saved(TinyNetwork.Config()), TinyNetwork.Saved(TinyNetwork.Config(channels: 1, isDistilled: true)),
            TinyNetwork.Saved(ToyFamily.Spec), TinyNetwork.Saved(ToyFamily.Spec, NumberFormat.BFloat16),
            FittedSeed.Network,
        ];
        return [.. files, .. files.Select(file => SafetensorsParts.Of(file)!.WithMetadata(key => key == "blockpruning").ToBytes())];
    }

    public void Read(byte[] content) => Use(content);

    /// <summary>Loads a network, scores, saves, and loads it again.</summary>
    public static void Use(byte[] content)
    {
        var context = new MLContext(seed: 1);
        using var network = context.Transforms.LoadSparseViT(new MemoryStream(content));
        byte[] saved = Sound.Must("save", () =>
        {
            using var stream = new MemoryStream();
            network.SaveNetwork(stream);
            return stream.ToArray();
        });
        using var again = Sound.Must("load again", () => context.Transforms.LoadSparseViT(new MemoryStream(saved)));
        Sound.Must("make a page", () => network.CreateReport("fuzz").ToHtml());
        TinyScoring.Score(context, network);
    }
}
