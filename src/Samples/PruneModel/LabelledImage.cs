namespace PruneModelSample;

/// <summary>A row of data: an image file and its class.</summary>
internal sealed class LabelledImage
{
    /// <summary>A PNG, JPEG, BMP, GIF or WebP file. The library reads a column of this name.</summary>
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}
