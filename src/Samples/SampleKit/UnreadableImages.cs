namespace SampleKit;

/// <summary>What becomes of image files that cannot be read.</summary>
internal enum UnreadableImages
{
    /// <summary>They end the run before its work begins.</summary>
    Fail,

    /// <summary>They are named and left out.</summary>
    Skip,
}
