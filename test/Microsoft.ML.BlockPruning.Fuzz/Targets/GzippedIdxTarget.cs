using Microsoft.ML.BlockPruning.Fuzz.Mutation;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>The same, gzipped: the file tells nothing of its content before it is unzipped, so it is read as both.</summary>
internal sealed class GzippedIdxTarget : IFuzzTarget
{
    private readonly ScratchFile _file = new("idx.gz");

    public string Name => "idx-gzip";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new GzipContentEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => [GzipContentEdit.Zip(IdxTarget.Plain(rank: 3)), GzipContentEdit.Zip(IdxTarget.Plain(rank: 1))];

    public void Read(byte[] content)
    {
        string path = _file.With(content);
        try
        {
            IdxTarget.Read(path, isLabels: true);
        }
        catch (InvalidDataException)
        {
            // Not labels; the images' reader is to say what it is.
            IdxTarget.Read(path, isLabels: false);
        }
    }
}
