using System.Buffers.Binary;
using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The sizes in a PNG file: of its header (IHDR), and of the frames of an animated one (fcTL), which must lie within it.</summary>
/// <remarks>
/// And the orientation of its EXIF data (eXIf). The decoder holds the whole of an interlaced image, with four channels of one byte or two.
/// </remarks>
internal static class PngHeader
{
    private const int Signature = 8;
    private const int Overhead = 12; // length, type, CRC
    private const int Header = 13;
    private const int Frame = 26;

    /// <summary>Reads.</summary>
    /// <exception cref="InvalidDataException">The header is cut off, or a frame lies outside.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        var first = file[Signature..];
        if (first.Length < Overhead + Header || Number(first, 0) != Header || !first[4..8].SequenceEqual("IHDR"u8))
        {
            throw ImageHeader.Damaged(ImageFormat.Png, "they are not followed by a header (IHDR) of 13 bytes");
        }

        long width = Number(first, 8), height = Number(first, 12);
        SKEncodedOrigin? origin = null;
        for (long at = Signature; at + Overhead <= file.Length;)
        {
            var chunk = file[(int)at..];
            long length = Number(chunk, 0);
            if (length >= Frame && chunk.Length >= Overhead + Frame && chunk[4..8].SequenceEqual("fcTL"u8))
            {
                CheckFrame(chunk[8..], width, height);
            }

            if (chunk.Length >= length + Overhead && chunk[4..8].SequenceEqual("eXIf"u8))
            {
                origin ??= ExifOrientation.Of(chunk.Slice(8, (int)length));
            }

            at += length + Overhead;
        }

        byte depth = first[16], interlace = first[20];
        return new ImageHeader(ImageFormat.Png, width, height)
        {
            Origin = origin,
            BytesPerPixel = ImageLimit.BytesPerPixel + (interlace == 0 ? 0 : depth == 16 ? 8 : 4),
        };
    }

    // The first frame is decoded alone, yet a file that contradicts itself is left to no decoder.
    private static void CheckFrame(ReadOnlySpan<byte> frame, long width, long height)
    {
        long frameWidth = Number(frame, 4), frameHeight = Number(frame, 8), left = Number(frame, 12), top = Number(frame, 16);
        if (left + frameWidth > width || top + frameHeight > height)
        {
            throw ImageHeader.Damaged(
                ImageFormat.Png, $"a frame of {frameWidth}x{frameHeight} at {left}, {top} lies outside of the {width}x{height} pixels");
        }
    }

    private static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
