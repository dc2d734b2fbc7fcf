using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Pixels as ExtractPixels yields them.</summary>
public sealed class PixelsRow
{
    [VectorType(3 * TestNetworks.ImageSize * TestNetworks.ImageSize)]
    public float[] Image { get; set; } = [];

    public string Label { get; set; } = "";

    public int Id { get; set; }
}
