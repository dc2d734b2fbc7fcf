using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The sizes in a WebP file: of the canvas (VP8X), of the images (VP8, VP8L) and of an animation's frames (ANMF).</summary>
internal static class WebpHeader
{
    private const int Start = 12; // RIFF, length, WEBP
    private const int Overhead = 8; // name, length
    private const int Simple = 10; // of a VP8 key frame's header, and of a VP8X chunk

    /// <summary>Reads.</summary>
    /// <exception cref="InvalidDataException">There is no image, or a frame lies outside of the canvas.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        (long Width, long Height)? canvas = null;
        long width = 0, height = 0;
        for (long at = Start; at + Overhead <= file.Length;)
        {
            var chunk = file[(int)at..];
            var body = chunk[Overhead..];
            var (right, bottom) = ExtentOf(chunk[..4], body);
            canvas ??= chunk[..4].SequenceEqual("VP8X"u8) && right > 0 ? (right, bottom) : null;
            if (canvas is { } whole && (right > whole.Width || bottom > whole.Height))
            {
                throw ImageHeader.Damaged(
                    ImageFormat.Webp, $"a frame reaches {right}, {bottom}, outside of the {whole.Width}x{whole.Height} pixels");
            }

            (width, height) = (Math.Max(width, right), Math.Max(height, bottom));
            long length = BinaryPrimitives.ReadUInt32LittleEndian(chunk[4..]);
            at += Overhead + length + (length & 1);
        }

        return width > 0
            ? new ImageHeader(ImageFormat.Webp, width, height)
            : throw ImageHeader.Damaged(ImageFormat.Webp, "there is no image (VP8, VP8L) and no canvas (VP8X)");
    }

    /// <summary>How far to the right and down a chunk reaches; 0 where it holds no pixels or is cut off.</summary>
    private static (long Right, long Bottom) ExtentOf(ReadOnlySpan<byte> name, ReadOnlySpan<byte> body)
    {
        if (name.SequenceEqual("VP8 "u8) && body.Length >= Simple)
        {
            ushort width = BinaryPrimitives.ReadUInt16LittleEndian(body[6..]), height = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
            return (width & 0x3FFF, height & 0x3FFF);
        }

        if (name.SequenceEqual("VP8L"u8) && body.Length >= 5)
        {
            uint sides = BinaryPrimitives.ReadUInt32LittleEndian(body[1..]);
            return ((sides & 0x3FFF) + 1, ((sides >> 14) & 0x3FFF) + 1);
        }

        if (name.SequenceEqual("VP8X"u8) && body.Length >= Simple)
        {
            return (Number(body, 4) + 1, Number(body, 7) + 1);
        }

        return name.SequenceEqual("ANMF"u8) && body.Length >= 12
            ? ((2 * Number(body, 0)) + Number(body, 6) + 1, (2 * Number(body, 3)) + Number(body, 9) + 1)
            : (0, 0);
    }

    private static long Number(ReadOnlySpan<byte> body, int at) => body[at] | (body[at + 1] << 8) | (body[at + 2] << 16);
}
