using System.Text;

namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>Tells the format of a file by its first bytes. What is not promised is refused by name, whatever a decoder can do.</summary>
internal static class ImageSignature
{
    private const int Shown = 8;

    /// <summary>Signatures of formats that are not read; a dot stands for any byte.</summary>
    private static readonly (string Pattern, string Name)[] Others =
    [
        ("\0\0\u0001\0", "an icon (ICO)"),
        ("\0\0\u0002\0", "a cursor (CUR)"),
        ("II*\0", "a TIFF or raw camera (DNG)"),
        ("MM\0*", "a TIFF or raw camera (DNG)"),
        ("II+\0", "a BigTIFF"),
        ("MM\0+", "a BigTIFF"),
        ("IIRO", "a raw camera"),
        ("IIRS", "a raw camera"),
        ("IIU\0", "a raw camera"),
        ("FUJIFILM", "a raw camera"),
        ("....ftypavi", "an AVIF"),
        ("....ftypcrx", "a raw camera"),
        ("....ftyphe", "a HEIF"),
        ("....ftypmif1", "a HEIF or AVIF"),
        ("....ftypmsf1", "a HEIF or AVIF"),
        ("....ftyp", "a video"),
        ("\u00FF\n", "a JPEG XL"),
        ("\0\0\0\fJXL ", "a JPEG XL"),
        ("\0\0\0\fjP  ", "a JPEG 2000"),
        ("\u00FFO\u00FFQ", "a JPEG 2000"),
        ("8BPS", "a Photoshop"),
        ("%PDF", "a PDF"),
        ("<svg", "an SVG"),
        ("<?xml", "an SVG or other XML"),
        ("v/1\u0001", "an OpenEXR"),
        ("#?RADIANCE", "a Radiance HDR"),
        ("qoif", "a QOI"),
        ("DDS ", "a DDS"),
    ];

    /// <summary>The format.</summary>
    /// <exception cref="InvalidDataException">It is none of those that are read.</exception>
    public static ImageFormat FormatOf(ReadOnlySpan<byte> file) => file switch
    {
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [(byte)'B', (byte)'M', ..] => ImageFormat.Bmp,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => ImageFormat.Gif,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.Webp,
        _ => throw Unknown(file),
    };

    private static InvalidDataException Unknown(ReadOnlySpan<byte> file)
    {
        string head = Encoding.Latin1.GetString(file[..Math.Min(file.Length, 16)]);
        string? name = Array.Find(Others, other => IsMatch(head, other.Pattern)).Name ?? (IsWbmp(file) ? "a WBMP" : null);
        return name is null
            ? new InvalidDataException(
                $"its {file.Length} bytes (first: {Convert.ToHexString(file[..Math.Min(file.Length, Shown)])}) are not an image; "
                + "give the whole content of a PNG, JPEG, BMP, GIF or WebP file.")
            : new InvalidDataException(
                $"its {file.Length} bytes are {name} file, which is not read; convert it to PNG, JPEG, BMP, GIF or WebP.");
    }

    private static bool IsMatch(string head, string pattern) => head.Length >= pattern.Length
        && !pattern.Where((expected, i) => expected != '.' && expected != head[i]).Any();

    /// <summary>WBMP has no signature: type 0, a zero, two sides of seven bits a byte, then a bit a pixel, and no more.</summary>
    private static bool IsWbmp(ReadOnlySpan<byte> file)
    {
        if (file is not [0, 0, ..])
        {
            return false;
        }

        int at = 2;
        long width = ReadSide(file, ref at), height = ReadSide(file, ref at);
        return width > 0 && height > 0 && file.Length - at == (width + 7) / 8 * height;
    }

    private static long ReadSide(ReadOnlySpan<byte> file, ref int at)
    {
        const int longest = 4;
        long side = 0;
        for (int i = 0; i < longest && at < file.Length; i++)
        {
            byte next = file[at++];
            side = (side << 7) | (next & 0x7Fu);
            if (next < 0x80)
            {
                return side;
            }
        }

        return 0;
    }
}
