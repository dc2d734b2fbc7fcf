namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>What a child may take.</summary>
internal static class FuzzLimits
{
    /// <summary>Resident memory of a child, libraries and Skia's and libtorch's memory included.</summary>
    public const long MemoryBytes = 1L << 30;

    /// <summary>Of it for managed objects: the runtime throws OutOfMemoryException above, which is a finding with its input.</summary>
    public const long ManagedBytes = 768L << 20;

    /// <summary>Processor time for one input: on a busy machine the clock on the wall says nothing.</summary>
    public static readonly TimeSpan ProcessorTime = TimeSpan.FromSeconds(10);

    /// <summary>Time on the wall for one input that waits instead of computing, and for the start.</summary>
    public static readonly TimeSpan WallTime = TimeSpan.FromSeconds(90);
}
