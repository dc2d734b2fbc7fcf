namespace Microsoft.ML.BlockPruning.Fuzz.Seeding;

/// <summary>An image file and its class.</summary>
public sealed class FileRow
{
    public byte[] Image { get; set; } = [];

    public string Label { get; set; } = "";
}
