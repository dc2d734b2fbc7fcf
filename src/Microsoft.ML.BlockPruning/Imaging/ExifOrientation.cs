using System.Buffers.Binary;
using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The orientation in EXIF's data; the decoder reads it in JPEG and WebP files, but not in PNG's.</summary>
internal static class ExifOrientation
{
    private const int Header = 8;
    private const int Entry = 12;
    private const int Tag = 0x112;
    private const int Short = 3;

    /// <summary>Reads the first directory of a TIFF structure.</summary>
    /// <param name="tiff">From its mark of the byte order on.</param>
    /// <returns>Top left where it says nothing, or nothing that can be read: it is no reason to refuse an image.</returns>
    public static SKEncodedOrigin Of(ReadOnlySpan<byte> tiff)
    {
        bool isLittle = tiff.StartsWith("II"u8);
        if (tiff.Length < Header || !(isLittle || tiff.StartsWith("MM"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        long directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        int entries = directory + 2 <= tiff.Length ? Number(tiff[(int)directory..], isLittle) : 0;
        for (long at = directory + 2; entries > 0 && at + Entry <= tiff.Length; entries--, at += Entry)
        {
            var entry = tiff.Slice((int)at, Entry);
            if (Number(entry, isLittle) == Tag && Number(entry[2..], isLittle) == Short)
            {
                var origin = (SKEncodedOrigin)Number(entry[8..], isLittle);
                return Enum.IsDefined(origin) ? origin : SKEncodedOrigin.TopLeft;
            }
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static int Number(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
}
