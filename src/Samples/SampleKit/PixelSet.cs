using FashionMnist;

namespace SampleKit;

/// <summary>Some images of an IDX file.</summary>
/// <param name="Images">The file's images.</param>
/// <param name="Labels">The class number of each.</param>
/// <param name="Chosen">Which of them.</param>
internal sealed record PixelSet(IdxImages Images, byte[] Labels, IReadOnlyList<int> Chosen);
