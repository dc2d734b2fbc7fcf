namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>An image file by its path.</summary>
public sealed class PathRow
{
    public string ImagePath { get; set; } = "";

    public int Id { get; set; }
}
