namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>The content of an image file.</summary>
public sealed class EncodedRow
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";

    public int Id { get; set; }
}
