using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning;

/// <content>What pruning would take, without pruning.</content>
public sealed partial class BlockPruneEstimator
{
    /// <summary>Says what <see cref="Fit"/> would ask of the network and take of this machine; prunes and writes nothing.</summary>
    /// <param name="input">The calibration images; 256 of them are drawn.</param>
    /// <param name="images">How many there are.</param>
    /// <returns>
    /// Budgets beside the least that could be kept; time, from one layer that is pruned with those images (at most a minute or so for a
    /// network of 100 M parameters), and memory, from sizes. Both are estimates. A budget that cannot be met is told and not thrown.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A column does not fit, a block is larger than a weight, or <paramref name="images"/> is below 1.
    /// </exception>
    /// <exception cref="ArgumentException">An option names a layer that the network has not.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model is damaged or unknown, or an image cannot be used; names tensor or row.</exception>
    /// <exception cref="InvalidOperationException">
    /// There is no calibration image, the classes of a label are not the network's, or the GPU that was asked for cannot be used.
    /// </exception>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    /// <exception cref="ArithmeticException">A weight or activation is not finite.</exception>
    /// <exception cref="OperationCanceledException">The token or the MLContext was cancelled.</exception>
    public PruneForecast Forecast(IDataView input, int images)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(images);
        using var channel = _host.Start("ForecastPruning");
        var progress = new PruneProgressRelay(_host, channel, progress: null, _options.CancellationToken);
        progress.ThrowIfCancelled();
        GetOutputSchema(MlNetSchema.ShapeOf(input.Schema));
        LibTorch.EnsureLoaded();
        var device = TrainingDevices.Choose(_host, _options.TrainingDevice ?? _options.Device, LoadDriver, LibTorch.CudaRefusal);
        using var on = device.Use();

        var wanted = InputOf(_options) with { MaximumCalibrationImages = PruneSample.Wanted, ValidationSetFraction = 0 };
        var source = PruneInput.Open(_host, wanted, input.Schema, OpenCheckpoint);
        source.Classes.Apply(source.Weights);
        var request = _request with { Seed = MlNetHost.SeedOf(_host) };
        var settings = Marked(() => new PruneRun(request) { MeasureLatency = MeasureLatency }
            .Resolve(source.Model, progress.ThrowIfCancelled));
        long start = TimeProvider.System.GetTimestamp();
        var sample = new CalibrationReader(_host, wanted, progress)
            .Read(input, source.Image, source.Label?.Column, source.Weights.Spec, source.Preprocessing, request.Seed).Calibration;
        double seconds = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        int all = Math.Min(images, _options.MaximumCalibrationImages ?? int.MaxValue);
        int heldOut = (int)Math.Round(_options.ValidationSetFraction * all);
        return new PruneForecaster(request, source.Model, settings).Of(
            sample, seconds, Math.Max(1, all - heldOut), heldOut, progress.ThrowIfCancelled);
    }
}
