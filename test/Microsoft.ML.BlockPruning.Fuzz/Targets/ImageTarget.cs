using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>An image file, in a column of bytes.</summary>
/// <param name="format">png, jpeg, bmp, gif or webp: what the corpus holds and which structure changes keep.</param>
internal sealed class ImageTarget(string format) : IFuzzTarget
{
    private readonly MLContext _context = new(seed: 1);
    private readonly Lazy<SparseViTTransformer[]> _networks = new(() =>
    {
        // A colour network and a grey one: of the same picture they read other bytes.
        var context = new MLContext(seed: 1);
        return [.. new[] { 3, 1 }.Select(channels => context.Transforms.LoadSparseViT(
            new MemoryStream(TinyNetwork.Saved(TinyNetwork.Config(channels)))))];
    });

    public string Name => format;

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    /// <summary>A file of a few bytes may hold as many pixels as the limit allows; the process's memory bounds it.</summary>
    public long AllocatedAtMost => long.MaxValue;

    public IReadOnlyList<IMutator> Mutators { get; } = format switch
    {
        "png" => [new PngChunkEdit(), new PngChunkEdit()],
        "webp" => [new RiffChunkEdit()],
        "gif" => [new SizeFieldEdit([6, 8], 0x2c)],
        "jpeg" => [new SizeFieldEdit([], 0xff)],
        _ => [new SizeFieldEdit([2, 10, 14, 18, 20, 22, 24, 26, 28, 30, 34, 46], marker: null)],
    };

    public IReadOnlyList<string> Cases { get; } = [$"images/*.{format}"];

    public IEnumerable<byte[]> Seeds() => format switch
    {
        "png" => [Pictures.Png(seed: 1), Pictures.Encoded(SkiaSharp.SKEncodedImageFormat.Png, width: 21, height: 13, seed: 2)],
        "jpeg" => [Pictures.Encoded(SkiaSharp.SKEncodedImageFormat.Jpeg, width: 21, height: 13, seed: 2)],
        "webp" => [Pictures.Encoded(SkiaSharp.SKEncodedImageFormat.Webp, width: 21, height: 13, seed: 2)],
        _ => [], // Skia does not write them: those of the corpus are made by make_seeds.py
    };

    public void Read(byte[] content)
    {
        foreach (var network in _networks.Value)
        {
            TinyScoring.Score(_context, network, content);
        }
    }
}
