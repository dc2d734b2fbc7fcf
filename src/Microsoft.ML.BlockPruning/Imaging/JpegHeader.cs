using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The size in a JPEG file's frame header (SOF), and how many scans it has. Thumbnails lie in segments, which it passes.</summary>
internal static class JpegHeader
{
    /// <summary>No encoder writes more: each scan goes over the whole image again, in a few bytes if it is meant to take time.</summary>
    public const int MostScans = 100;

    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    /// <summary>Reads.</summary>
    /// <exception cref="InvalidDataException">There is no frame header, or there are too many scans.</exception>
    public static ImageHeader Read(ReadOnlySpan<byte> file)
    {
        ImageHeader? header = null;
        JpegFrame frame = default;
        int scans = 0;
        int at = 2;
        while (NextMarker(file, ref at) is { } marker && marker != EndOfImage)
        {
            if (IsAlone(marker))
            {
                continue;
            }

            if (file.Length - at < 2)
            {
                break;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(file[at..]);
            if (header is null && IsFrame(marker) && length >= 7 && file.Length - at >= 7)
            {
                int height = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 3)..]);
                header = new ImageHeader(ImageFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(file[(at + 5)..]), height);
                frame = JpegFrame.Read(marker, file[at..]);
            }

            if (marker == StartOfScan && ++scans > MostScans)
            {
                throw ImageHeader.Damaged(ImageFormat.Jpeg, $"it has more than {MostScans} scans, made to take time");
            }

            if (marker == StartOfScan && scans == 1 && header is { } known && file.Length - at >= 3)
            {
                header = known with { BytesPerPixel = ImageLimit.BytesPerPixel + frame.CoefficientBytes(file[at + 2]) };
            }

            at = Math.Min(at + Math.Max(length, 2), file.Length);
        }

        return header ?? throw ImageHeader.Damaged(ImageFormat.Jpeg, "there is no frame header (SOF)");
    }

    /// <summary>The next marker's byte, wherever it is: decoders pass over what lies between. Compressed data has FF 00 for FF.</summary>
    private static byte? NextMarker(ReadOnlySpan<byte> file, ref int at)
    {
        while (at < file.Length)
        {
            int found = file[at..].IndexOf((byte)0xFF);
            if (found < 0 || at + found + 1 >= file.Length)
            {
                return null;
            }

            at += found + 1;
            byte marker = file[at];
            if (marker is not (0x00 or 0xFF))
            {
                at++;
                return marker;
            }
        }

        return null;
    }

    // TEM, RST0 to RST7 and SOI have no length.
    private static bool IsAlone(byte marker) => marker is 0x01 or (>= 0xD0 and <= 0xD8);

    // SOF0 to SOF15 without DHT, JPG and DAC.
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
}
