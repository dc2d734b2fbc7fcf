namespace SampleKit;

/// <summary>What <see cref="ImageBytes"/> adds to a row.</summary>
internal sealed class EncodedImage
{
    /// <summary>The content of an image file.</summary>
    public byte[] Image { get; set; } = [];
}
