using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

/// <summary>Files of some bytes that claim to be large; no pixel follows their headers.</summary>
internal static class HostileImage
{
    /// <summary>Name, file, the size that it claims.</summary>
    public static IEnumerable<(string Name, byte[] File, string Size)> All =>
    [
        ("PNG of the largest sides", Png(int.MaxValue, int.MaxValue), "2147483647x2147483647"),
        ("PNG of 2^29 pixels", Png(32768, 16384), "32768x16384"),
        ("PNG whose product is 2^32 + 1", Png(641, 6_700_417), "641x6700417"),
        ("PNG of unsigned sides", Png(uint.MaxValue, uint.MaxValue), "4294967295x4294967295"),
        ("JPEG", Jpeg(65535, 65535), "65535x65535"),
        ("JPEG with a thumbnail before", Jpeg(65535, 65000, thumbnail: true), "65535x65000"),
        ("GIF canvas", Gif(65535, 65535, 0, 0, 24, 20), "65535x65535"),
        ("GIF whose frame stands outside", Gif(24, 20, 65535, 65535, 24, 20), "65559x65555"),
        ("GIF whose frame is larger", Gif(24, 20, 0, 0, 65535, 65535), "65535x65535"),
        ("WebP canvas", Webp(Chunk("VP8X", [0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])), "16777216x16777216"),
        ("WebP, lossless", Webp(Chunk("VP8L", [0x2F, 0xFF, 0xFF, 0xFF, 0x0F])), "16384x16384"),
        ("WebP, lossy", Webp(Chunk("VP8 ", [0, 0, 0, 0x9D, 1, 0x2A, 0xFF, 0x3F, 0xFF, 0x3F])), "16383x16383"),
        ("BMP", Bmp(65535, 65535), "65535x65535"),
        ("BMP from top to bottom", Bmp(65535, -65535), "65535x65535"),
        ("BMP of the least height", Bmp(1, int.MinValue), "1x2147483648"),
        ("BMP of OS/2", [.. "BM"u8, .. new byte[12], 12, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 24, 0, 0, 0, 0, 0], "65535x65535"),
    ];

    /// <summary>Name, file: contradictions that are left to no decoder.</summary>
    public static IEnumerable<(string Name, byte[] File, string Says)> Contradictory =>
    [
        ("APNG frame", Png(24, 20, Frame(24, 20, left: 1)), "a frame of 24x20 at 1, 0 lies outside"),
        ("WebP frame", Webp([
            .. Chunk("VP8X", [2, 0, 0, 0, 23, 0, 0, 19, 0, 0]),
            .. Chunk("ANMF", [0xFF, 0xFF, 0xFF, 0, 0, 0, 23, 0, 0, 19, 0, 0, 0, 0, 0, 0])]), "a frame reaches 33554454, 20"),
        ("BMP of PNG", Bmp(24, 20, compression: 5), "JPEG or PNG file inside"),
        ("BMP of JPEG", Bmp(24, 20, compression: 4), "JPEG or PNG file inside"),
        ("JPEG of many scans", [.. Jpeg(8, 8)[..^2], .. Enumerable.Repeat(Scan, 101).SelectMany(scan => scan)], "more than 100 scans"),
        ("no height", Png(24, 0), "24x0 pixels by its header; both sides must be at least 1"),
        ("negative width", Bmp(-24, 20), "-24x20 pixels by its header"),
        ("GIF without a frame", [.. "GIF89a"u8, 24, 0, 20, 0, 0, 0, 0, 0x3B], "there is no frame"),
        ("JPEG without a frame header", [0xFF, 0xD8, 0xFF, 0xD9], "there is no frame header"),
        ("WebP without an image", Webp(Chunk("EXIF", [1, 2])), "there is no image"),
        ("PNG without a header", [0x89, .. "PNG\r\n\u001a\n"u8, 0, 0], "not followed by a header"),
    ];

    private static byte[] Scan => [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0x55, 0xFF, 0x00, 0x55];

    public static byte[] Png(uint width, uint height, params byte[] chunks) =>
    [
        0x89, .. "PNG\r\n\u001a\n"u8, 0, 0, 0, 13, .. "IHDR"u8, .. Big(width), .. Big(height), 8, 2, 0, 0, 0, 0, 0, 0, 0, .. chunks,
        .. new byte[12],
    ];

    public static byte[] Jpeg(ushort width, ushort height, bool thumbnail = false)
    {
        byte[] frame = [0xFF, 0xC0, 0, 17, 8, .. Big(height)[2..], .. Big(width)[2..], 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0];
        byte[] small = thumbnail ? [0xFF, 0xE1, 0, 12, 0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8, 0, 1, 0] : [];
        return [0xFF, 0xD8, .. small, .. frame, 0xFF, 0xD9];
    }

    public static byte[] Gif(ushort width, ushort height, ushort left, ushort top, ushort frameWidth, ushort frameHeight) =>
    [
        .. "GIF89a"u8, .. Little(width)[..2], .. Little(height)[..2], 0x80, 0, 0, 1, 2, 3, 4, 5, 6, 0x2C, .. Little(left)[..2],
        .. Little(top)[..2], .. Little(frameWidth)[..2], .. Little(frameHeight)[..2], 0, 2, 2, 0x4C, 1, 0, 0x3B,
    ];

    private static byte[] Bmp(int width, int height, uint compression = 0) =>
    [
        .. "BM"u8, .. new byte[8], 54, 0, 0, 0, 40, 0, 0, 0, .. Little((uint)width), .. Little((uint)height), 1, 0, 24, 0,
        .. Little(compression), .. new byte[20],
    ];

    private static byte[] Webp(byte[] chunks) => [.. "RIFF"u8, .. Little((uint)chunks.Length + 4), .. "WEBP"u8, .. chunks];

    private static byte[] Chunk(string name, byte[] body) =>
        [.. Encoding.ASCII.GetBytes(name), .. Little((uint)body.Length), .. body, .. new byte[body.Length % 2]];

    private static byte[] Frame(uint width, uint height, uint left) =>
        [0, 0, 0, 26, .. "fcTL"u8, 0, 0, 0, 0, .. Big(width), .. Big(height), .. Big(left), .. new byte[4], 0, 1, 0, 1, 0, 0, 0, 0, 0, 0];

    private static byte[] Big(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Little(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
