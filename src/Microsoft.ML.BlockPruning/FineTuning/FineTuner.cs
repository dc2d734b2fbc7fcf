using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>Trains a pruned network further with the dense one as its teacher; removed blocks stay zero throughout.</summary>
internal sealed class FineTuner
{
    private readonly FineTuneOptions _options;
    private readonly long _seed;

    /// <summary>Creates a fine-tuner.</summary>
    /// <param name="options">Read now, not later.</param>
    /// <param name="seed">The seed where the options name none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public FineTuner(FineTuneOptions options, long seed = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options.Copy();
        _seed = options.Seed ?? seed;
    }

    /// <summary>Trains all epochs, or what is left of them where the options name a checkpoint that exists.</summary>
    /// <param name="dense">The teacher; not changed.</param>
    /// <param name="pruned">Where training starts; not changed.</param>
    /// <param name="plan">What stays zero.</param>
    /// <param name="training">The images; labels only where LabelWeight asks for them.</param>
    /// <param name="validation">Labelled images whose accuracy is reported at the end of each epoch; null for none.</param>
    /// <param name="onProgress">Called after every step; what it throws ends the training and comes out of this call.</param>
    /// <returns>The averaged weights, +0 in removed blocks.</returns>
    /// <exception cref="ArgumentException">The networks or images do not belong together, or labels are missing.</exception>
    /// <exception cref="ArithmeticException">The loss is not finite; names the step.</exception>
    /// <exception cref="InvalidDataException">A mask does not fit, or the checkpoint is damaged or of another training.</exception>
    public NetworkWeights Run(
        NetworkWeights dense, NetworkWeights pruned, SparsityPlan plan, CalibrationSet training, CalibrationSet? validation,
        Action<FineTuneProgress> onProgress)
    {
        ArgumentNullException.ThrowIfNull(dense);
        ArgumentNullException.ThrowIfNull(pruned);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(onProgress);
        Check(dense, pruned, training, validation);
        plan.RequireFits(pruned.PrunableLayers.Select(layer => (layer.Name, layer.OutFeatures, layer.InFeatures)));
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        var augmentation = new FlipAndShift(dense.Spec.ImageSize, _options.FlipHorizontally, _options.MaximumShift);
        int largestPart = CalibrationSet.FittingBatch(dense.Spec.PrunableLinears, _options.BatchSize);
        var batches = new TrainingBatches(training, _options.BatchSize, largestPart, augmentation, _seed);
        using var session = new FineTuneSession(dense, pruned, plan, batches, _options);
        var state = _options.CheckpointPath is { } path
            ? new FineTuneState(path, session, FineTuneIdentity.Of(dense, pruned, plan, training, _options, _seed))
            : null;
        state?.TryResume();
        while (session.Optimizer.Steps < session.TotalSteps)
        {
            double loss = session.Step();
            int steps = session.Optimizer.Steps;
            bool isEpochsEnd = steps % batches.StepsPerEpoch == 0;
            if (isEpochsEnd || steps % (_options.CheckpointSteps ?? int.MaxValue) == 0)
            {
                state?.Save();
            }

            double? top1 = isEpochsEnd && validation is not null ? Top1Accuracy.Of(session.Average.Network, validation) : null;
            int epoch = (steps + batches.StepsPerEpoch - 1) / batches.StepsPerEpoch;
            onProgress(new FineTuneProgress(epoch, steps, session.TotalSteps, loss, top1));
        }

        return session.Average.Network.ToWeights();
    }

    private void Check(NetworkWeights dense, NetworkWeights pruned, CalibrationSet training, CalibrationSet? validation)
    {
        var different = dense.Tensors.Zip(pruned.Tensors).FirstOrDefault(
            pair => pair.First.Name != pair.Second.Name || !pair.First.Shape.SequenceEqual(pair.Second.Shape));
        if (different.First.Name is not null || !dense.Spec.HasSameParts(pruned.Spec))
        {
            throw new ArgumentException(
                "The dense and the pruned network are not of one shape"
                + (different.First.Name is null ? "." : $": '{different.First.Name}' against '{different.Second.Name}' differ."),
                nameof(pruned));
        }

        training.CheckFits(dense.Spec);
        validation?.CheckFits(dense.Spec);
        if (_options.LabelWeight > 0 && training.Labels is null)
        {
            throw new ArgumentException(
                $"LabelWeight is {_options.LabelWeight}, but the training images have no labels: give them, or set it to 0.",
                nameof(training));
        }

        if (validation is { Labels: null })
        {
            throw new ArgumentException("The validation images have no labels; their accuracy cannot be told.", nameof(validation));
        }
    }
}
