namespace SampleKit;

/// <summary>An image file and the class that its folder names.</summary>
internal sealed class ImageFileRow
{
    public string ImagePath { get; set; } = "";

    public string Label { get; set; } = "";
}
