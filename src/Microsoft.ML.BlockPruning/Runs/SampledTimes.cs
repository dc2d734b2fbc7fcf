namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What one layer of a network took with few images, and what all layers take with all of them.</summary>
/// <remarks>
/// With n images in the sample, f fewer of them, N in the run, L layers, S shots and E epochs of fine-tuning:
/// <code>
/// L · b · change + S · L · (N / n · calibrate + choose + r · N + (fit(n) − r · n) + t · train) + 2 · E · L · N / n · calibrate
/// r = (fit(n) − fit(f)) / (n − f)
/// </code>
/// A calibration pass is forward and backward, and so takes time by the image; choosing blocks does not, but for what it reads. Least
/// squares have a part by the image (streams, moments) and one by the layer (solving). A change of basis and the reconstruction stop
/// growing at some number of images: b and t say how many times as many they get in the run as in the sample. An image of fine-tuning
/// passes the teacher forward and the student forward and backward: about two calibration passes.
/// </remarks>
/// <param name="Images">Images of the sample.</param>
internal sealed record SampledTimes(int Images)
{
    /// <summary>Seconds of the change of basis.</summary>
    public double Changing { get; init; }

    /// <summary>Seconds of the calibration, all passes.</summary>
    public double Calibrating { get; init; }

    /// <summary>Seconds of rating blocks and sharing out the budget.</summary>
    public double Choosing { get; init; }

    /// <summary>Seconds of the refit without the reconstruction.</summary>
    public double Fitting { get; init; }

    /// <summary>Seconds of the reconstruction.</summary>
    public double Training { get; init; }

    /// <summary>The refit without the reconstruction on fewer images: how many, and seconds; null: the sample is all there is.</summary>
    public (int Images, double Seconds)? Fewer { get; init; }

    /// <summary>Seconds of a run.</summary>
    public double SecondsOf(RunSize run)
    {
        double times = (double)run.Images / Images;
        double shot = (times * Calibrating) + Choosing + FittingOf(run.Images) + (run.TrainingTimes * Training);
        return run.Layers * ((run.ChangingTimes * Changing) + (run.Shots * shot) + (2.0 * run.Epochs * times * Calibrating));
    }

    // Clocks are noisy: no part is below zero.
    private double FittingOf(int images)
    {
        if (Fewer is not { } fewer)
        {
            return Fitting;
        }

        double perImage = Math.Max(0, (Fitting - fewer.Seconds) / (Images - fewer.Images));
        return (perImage * images) + Math.Max(0, Fitting - (perImage * Images));
    }
}

/// <summary>How large a run is, beside a sample.</summary>
/// <param name="Layers">Layers of the network, by their multiply-adds.</param>
/// <param name="Images">Images that calibrate.</param>
/// <param name="Shots">Shots.</param>
/// <param name="Epochs">Epochs of fine-tuning.</param>
internal sealed record RunSize(double Layers, int Images, int Shots, int Epochs)
{
    /// <summary>Images that a change of basis looks at, in those that it looked at in the sample.</summary>
    public double ChangingTimes { get; init; } = 1;

    /// <summary>Work of the reconstruction, in that of the sample.</summary>
    public double TrainingTimes { get; init; } = 1;
}
