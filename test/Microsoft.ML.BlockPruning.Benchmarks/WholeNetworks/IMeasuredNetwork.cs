namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>One way to compute a network's logits for batches of a fixed size, ready to be timed.</summary>
internal interface IMeasuredNetwork : IDisposable
{
    /// <summary>[batch, channels, imageSize, imageSize] float32, normalised: to be filled by the caller.</summary>
    Span<float> Images { get; }

    /// <summary>[batch, numClasses] of the last run.</summary>
    ReadOnlySpan<float> Logits { get; }

    /// <summary>Computes once.</summary>
    void Run();
}
