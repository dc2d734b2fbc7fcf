using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>A decoded image.</summary>
public sealed class ImageRow
{
    [ImageType(TestNetworks.ImageSize, TestNetworks.ImageSize)]
    public MLImage? Image { get; set; }

    public string Label { get; set; } = "";

    public int Id { get; set; }
}
