using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>Headers of files whose decoder holds the whole image beside the pixels that it yields; no pixel follows them.</summary>
internal static class HungryImage
{
    private const int Rgb = 2, Rgba = 6;

    /// <summary>Name, file by width and height, bytes that decoding takes a pixel.</summary>
    public static IEnumerable<(string Name, Func<ushort, ushort, byte[]> File, double BytesPerPixel)> All =>
    [
        ("PNG", (width, height) => Png(width, height, depth: 8, Rgba, interlace: 0), 4),
        ("PNG, 16 bits", (width, height) => Png(width, height, depth: 16, Rgba, interlace: 0), 4),
        ("PNG, interlaced", (width, height) => Png(width, height, depth: 8, Rgb, interlace: 1), 8),
        ("PNG, interlaced, 16 bits", (width, height) => Png(width, height, depth: 16, Rgba, interlace: 1), 12),
        ("PNG, interlaced, 16 bits, no alpha", (width, height) => Png(width, height, depth: 16, Rgb, interlace: 1), 12),
        ("JPEG", (width, height) => Jpeg(width, height, 0xC0, scanned: 3, 0x11, 0x11, 0x11), 4),
        ("JPEG of CMYK", (width, height) => Jpeg(width, height, 0xC0, scanned: 4, 0x11, 0x11, 0x11, 0x11), 4),
        ("JPEG, a scan a component", (width, height) => Jpeg(width, height, 0xC0, scanned: 1, 0x11, 0x11, 0x11), 10),
        ("JPEG, extended, a scan a component", (width, height) => Jpeg(width, height, 0xC1, scanned: 1, 0x22, 0x11, 0x11), 7),
        ("JPEG, progressive, grey", (width, height) => Jpeg(width, height, 0xC2, scanned: 1, 0x22), 6),
        ("JPEG, progressive, 4:2:0", (width, height) => Jpeg(width, height, 0xC2, scanned: 3, 0x22, 0x11, 0x11), 7),
        ("JPEG, progressive, 4:2:2", (width, height) => Jpeg(width, height, 0xC2, scanned: 3, 0x21, 0x11, 0x11), 8),
        ("JPEG, progressive, 4:4:4", (width, height) => Jpeg(width, height, 0xC2, scanned: 3, 0x11, 0x11, 0x11), 10),
        ("JPEG, progressive, CMYK", (width, height) => Jpeg(width, height, 0xC2, scanned: 4, 0x11, 0x11, 0x11, 0x11), 12),
    ];

    private static byte[] Png(ushort width, ushort height, byte depth, byte colours, byte interlace) =>
    [
        0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, 0, 0, .. Big(width), 0, 0, .. Big(height), depth, colours, 0, 0, interlace,
        .. new byte[16],
    ];

    private static byte[] Jpeg(ushort width, ushort height, byte marker, byte scanned, params byte[] sampling)
    {
        byte[] frame =
        [
            0xFF, marker, 0, (byte)(8 + (3 * sampling.Length)), 8, .. Big(height), .. Big(width), (byte)sampling.Length,
            .. sampling.SelectMany((factors, i) => new byte[] { (byte)(i + 1), factors, 0 }),
        ];
        byte[] scan =
        [
            0xFF, 0xDA, 0, (byte)(6 + (2 * scanned)), scanned,
            .. Enumerable.Range(1, scanned).SelectMany(component => new byte[] { (byte)component, 0 }), 0, 0, 0,
        ];
        return [0xFF, 0xD8, .. frame, .. scan, 0x55, .. scan, 0x55, 0xFF, 0xD9];
    }

    private static byte[] Big(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }
}
