namespace SampleKit;

/// <summary>An image file that cannot be read.</summary>
/// <param name="Path">The file.</param>
/// <param name="Reason">What is wrong with it.</param>
internal sealed record UnreadableImage(string Path, string Reason);
