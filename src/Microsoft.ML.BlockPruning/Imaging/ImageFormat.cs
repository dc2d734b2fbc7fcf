namespace Microsoft.ML.BlockPruning.Imaging;

/// <summary>The formats that are read.</summary>
internal enum ImageFormat
{
    Png,
    Jpeg,
    Bmp,
    Gif,
    Webp,
}
