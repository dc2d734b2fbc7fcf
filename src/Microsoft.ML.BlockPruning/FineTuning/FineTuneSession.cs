using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>Everything that a training changes, and the one step that changes it.</summary>
internal sealed class FineTuneSession : IDisposable
{
    private readonly TrainingBatches _batches;
    private readonly CosineSchedule _schedule;
    private readonly DistillationLoss _loss;
    private readonly RemovedBlocks _removed;
    private readonly ComputingNetwork _teacher;

    public FineTuneSession(NetworkWeights dense, NetworkWeights pruned, SparsityPlan plan, TrainingBatches batches, FineTuneOptions options)
    {
        _batches = batches;
        long steps = (long)options.Epochs * batches.StepsPerEpoch;
        TotalSteps = steps <= int.MaxValue ? (int)steps : throw new ArgumentOutOfRangeException(
            nameof(options), options.Epochs,
            $"FineTuneOptions.Epochs = {options.Epochs} make {steps} steps, expected at most {int.MaxValue}.");
        _schedule = new CosineSchedule(options.LearningRate, options.WarmupFraction, TotalSteps);
        _loss = new DistillationLoss(options.LogitWeight, options.FeatureWeight, options.LabelWeight, options.Temperature);
        _removed = new RemovedBlocks(plan);
        _teacher = new ComputingNetwork(dense, options.Precision);
        Student = new MixedPrecisionNetwork(pruned, options.Precision);
        Optimizer = new MaskedAdamW(Student.Master.Module.named_parameters(), _removed, options.WeightDecay, options.LargestGradientNorm);
        Student.Refresh(); // the optimizer has cleared removed blocks
        Average = new ExponentialMovingAverage(Student.Master.ToWeights(), options.AverageDecay);
    }

    public int TotalSteps { get; }

    public MixedPrecisionNetwork Student { get; }

    public MaskedAdamW Optimizer { get; }

    public ExponentialMovingAverage Average { get; }

    /// <summary>Makes the next step.</summary>
    /// <returns>The loss before it.</returns>
    /// <exception cref="ArithmeticException">Loss or gradient is not finite; names the step. The weights have not changed.</exception>
    public double Step()
    {
        int step = Optimizer.Steps;
        double loss = Backward(step);
        Student.MoveGradients();
        double rate = _schedule.RateOf(step);
        if (!double.IsFinite(loss) || !double.IsFinite(Optimizer.Step(rate)))
        {
            throw new ArithmeticException(FormattableString.Invariant(
                $"Fine-tuning diverged in step {step + 1} of {TotalSteps}: the loss is {loss}, or its gradient is not finite. ")
                + FormattableString.Invariant($"Lower the learning rate, now {rate:G3}, or look for weights of extreme size."));
        }

        Student.Refresh();
        Average.Update(Student.Master, Optimizer.Steps);
        return loss;
    }

    public void Dispose()
    {
        Average.Dispose();
        Optimizer.Dispose();
        Student.Dispose();
        _teacher.Dispose();
        _removed.Dispose();
    }

    // Parts add their gradients up; each counts by its share of the batch.
    private double Backward(int step)
    {
        using var scope = NewDisposeScope();
        using var on = enable_grad();
        double sum = 0;
        foreach (var (images, labels) in _batches.PartsOf(step))
        {
            using var part = NewDisposeScope();
            double share = images.shape[0] / (double)_batches.BatchSize;
            var loss = _loss.Of(Student.Forward(images), Teach(images), labels).Times(share);
            loss.backward();
            sum += TorchDevice.ReadOne<float>(loss);
            images.Dispose();
            labels?.Dispose();
        }

        return sum;
    }

    private NetworkOutput Teach(Tensor images)
    {
        using var off = no_grad();
        return _teacher.Forward(images);
    }
}
