namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What one layer of a network took with few images, and what all layers take with all of them.</summary>
/// <remarks>
/// With n images in the sample, f fewer of them, N in the run, L layers, S shots and E epochs of training:
/// <code>
/// S · L · (N / n · calibrate + choose + r · N + (refit(n) − r · n)) + 2 · E · L · N / n · calibrate,   r = (refit(n) − refit(f)) / (n − f)
/// </code>
/// A calibration pass is forward and backward, and so takes time by the image; choosing blocks does not, but for what it reads. A refit has
/// a part by the image (streams, moments, training) and one by the layer (solving). An image of fine-tuning passes the teacher forward and
/// the student forward and backward: about two calibration passes.
/// </remarks>
/// <param name="Images">Images of the sample.</param>
/// <param name="Calibrating">Seconds of the calibration, all passes.</param>
/// <param name="Choosing">Seconds of rating blocks and sharing out the budget.</param>
/// <param name="Refitting">Seconds of the refit.</param>
internal sealed record SampledTimes(int Images, double Calibrating, double Choosing, double Refitting)
{
    /// <summary>The refit once more on some of the images: how many, and seconds; null where the sample is all there is.</summary>
    public (int Images, double Seconds)? Fewer { get; init; }

    /// <summary>Seconds of a run.</summary>
    /// <param name="layers">Layers of the network, by their multiply-adds.</param>
    /// <param name="images">Images that calibrate.</param>
    /// <param name="shots">Shots.</param>
    /// <param name="epochs">Epochs of fine-tuning.</param>
    public double SecondsOf(double layers, int images, int shots, int epochs)
    {
        double times = (double)images / Images;
        return (shots * layers * ((times * Calibrating) + Choosing + RefitOf(images)))
            + (2.0 * epochs * layers * times * Calibrating);
    }

    // Clocks are noisy: no part is below zero.
    private double RefitOf(int images)
    {
        if (Fewer is not { } fewer)
        {
            return Refitting;
        }

        double perImage = Math.Max(0, (Refitting - fewer.Seconds) / (Images - fewer.Images));
        return (perImage * images) + Math.Max(0, Refitting - (perImage * Images));
    }
}
