using FashionMnist;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>Images or labels in an IDX file, as the samples read them.</summary>
internal sealed class IdxTarget : IFuzzTarget
{
    private const byte LabelRank = 1;
    private readonly ScratchFile _file = new("idx");

    public string Name => "idx";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new SizeFieldEdit([2, 4, 6, 8, 10, 12, 14], marker: null)];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => [Plain(rank: 3), Plain(LabelRank)];

    public void Read(byte[] content) => Read(_file.With(content), isLabels: content is [_, _, _, LabelRank, ..]);

    /// <summary>Two images of 4 x 3, or four labels.</summary>
    internal static byte[] Plain(byte rank) => rank == LabelRank
        ? [0, 0, 8, 1, 0, 0, 0, 4, 9, 0, 3, 1]
        : [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 0, 0, 3, .. Enumerable.Range(0, 24).Select(i => (byte)(i * 9))];

    /// <summary>Reads as labels or as images, and looks at the last image.</summary>
    internal static void Read(string path, bool isLabels)
    {
        if (isLabels)
        {
            IdxFile.ReadLabels(path);
        }
        else if (IdxFile.ReadImages(path) is { Count: > 0 } images)
        {
            Sound.Must("show its last image", () => images[images.Count - 1].Length);
        }
    }
}
