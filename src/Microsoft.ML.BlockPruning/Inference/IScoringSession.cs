using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>A network made ready to score images on one device. Callable from many threads at once.</summary>
internal interface IScoringSession : IDisposable
{
    /// <summary>The network.</summary>
    NetworkSpec Spec { get; }

    /// <summary>Scores a batch.</summary>
    /// <param name="images">[count, channels, imageSize, imageSize] float32, normalised.</param>
    /// <param name="count">Number of images; zero does nothing.</param>
    /// <param name="logits">[count, numClasses] float32, written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    /// <exception cref="InvalidOperationException">The device failed, now or before; says how and what to do.</exception>
    void Score(ReadOnlySpan<float> images, int count, Span<float> logits);
}
