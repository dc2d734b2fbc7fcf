using Microsoft.ML.BlockPruning.Optimization;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>How a pruned network is trained further, its removed blocks held at zero and the dense network as its teacher.</summary>
/// <remarks>
/// Per batch the loss is LogitWeight · τ² KL(softmax(teacher / τ) ‖ softmax(student / τ)) (Hinton et al., 2015, §2)
/// + FeatureWeight · mean over encoder layers of the squared error of the residual stream, in units of the teacher's variance
/// + LabelWeight · cross entropy, where there are labels. Each is a mean over images.
/// </remarks>
public sealed class FineTuneOptions
{
    /// <summary>Gets or sets the passes over the images.</summary>
    /// <value>3.</value>
    public int Epochs { get; set; } = 3;

    /// <summary>Gets or sets the images of one optimizer step; an epoch leaves out the last ones that do not fill a batch.</summary>
    /// <value>128; all images where there are fewer.</value>
    public int BatchSize { get; set; } = 128;

    /// <summary>Gets or sets the peak of the learning rate.</summary>
    /// <value>3e-4, for small networks; 1e-5 to 1e-4 suit DeiT-S and larger.</value>
    public double LearningRate { get; set; } = 3e-4;

    /// <summary>Gets or sets the fraction of all steps over which the rate rises linearly; then it falls as a cosine to zero.</summary>
    /// <value>0.1.</value>
    public double WarmupFraction { get; set; } = 0.1;

    /// <summary>Gets or sets AdamW's decoupled weight decay, on matrices only; multiplied by the learning rate.</summary>
    /// <value>0.01.</value>
    public double WeightDecay { get; set; } = 0.01;

    /// <summary>Gets or sets the global norm to which gradients are clipped.</summary>
    /// <value>1.</value>
    public double LargestGradientNorm { get; set; } = 1;

    /// <summary>Gets or sets τ, which softens the teacher's and the student's probabilities.</summary>
    /// <value>1.</value>
    public double Temperature { get; set; } = 1;

    /// <summary>Gets or sets the weight of the logits' distillation loss.</summary>
    /// <value>1.</value>
    public double LogitWeight { get; set; } = 1;

    /// <summary>Gets or sets the weight of the features' distillation loss.</summary>
    /// <value>1.</value>
    public double FeatureWeight { get; set; } = 1;

    /// <summary>Gets or sets the weight of the cross entropy with given labels; above zero it needs labels.</summary>
    /// <value>0: no labels are needed.</value>
    public double LabelWeight { get; set; }

    /// <summary>Gets or sets the decay of the moving average of the weights, which is the result; in the first t steps at most
    /// (1 + t) / (10 + t).</summary>
    /// <value>0.999; 0 takes the last weights as they are.</value>
    public double AverageDecay { get; set; } = 0.999;

    /// <summary>Gets or sets whether images are mirrored left to right at random.</summary>
    /// <value>True; false where the sides matter, as in text.</value>
    public bool FlipHorizontally { get; set; } = true;

    /// <summary>Gets or sets by how many pixels images are shifted at random, at most; the border's pixels fill the gap.</summary>
    /// <value>2; 0 for no shift.</value>
    public int MaximumShift { get; set; } = 2;

    /// <summary>Gets or sets what forward and backward compute in.</summary>
    /// <value>float32.</value>
    public FineTunePrecision Precision { get; set; } = FineTunePrecision.Full;

    /// <summary>Gets or sets the seed of order and augmentation: same seed and libtorch threads, same weights bit for bit.</summary>
    /// <value>Null: the <c>MLContext</c>'s seed.</value>
    public long? Seed { get; set; }

    /// <summary>Gets or sets the file that holds the state of training; where it exists, training goes on from there.</summary>
    /// <value>Null: nothing is written, a stopped training is lost.</value>
    public string? CheckpointPath { get; set; }

    /// <summary>Gets or sets after how many steps the state is written, besides the end of each epoch.</summary>
    /// <value>Null: at the end of each epoch only.</value>
    public int? CheckpointSteps { get; set; }

    internal FineTuneOptions Copy() => (FineTuneOptions)MemberwiseClone();

    /// <summary>A copy with another number of epochs.</summary>
    internal FineTuneOptions For(int epochs)
    {
        var copy = Copy();
        copy.Epochs = epochs;
        return copy;
    }

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; names it.</exception>
    internal void Validate()
    {
        Require(Epochs >= 1, nameof(Epochs), Epochs, "at least 1");
        Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        Require(double.IsFinite(LearningRate) && LearningRate > 0, nameof(LearningRate), LearningRate, "above 0");
        Require(WarmupFraction is >= 0 and < 1, nameof(WarmupFraction), WarmupFraction, "in [0, 1)");
        RequireWeight(WeightDecay, nameof(WeightDecay));
        Require(LargestGradientNorm > 0, nameof(LargestGradientNorm), LargestGradientNorm, "above 0");
        Require(double.IsFinite(Temperature) && Temperature > 0, nameof(Temperature), Temperature, "above 0");
        RequireWeight(LogitWeight, nameof(LogitWeight));
        RequireWeight(FeatureWeight, nameof(FeatureWeight));
        RequireWeight(LabelWeight, nameof(LabelWeight));
        Require(LogitWeight + FeatureWeight + LabelWeight > 0, nameof(LogitWeight), LogitWeight, "above 0 where the other two are 0");
        Require(AverageDecay is >= 0 and < 1, nameof(AverageDecay), AverageDecay, "in [0, 1)");
        Require(MaximumShift >= 0, nameof(MaximumShift), MaximumShift, "at least 0");
        Require(Enum.IsDefined(Precision), nameof(Precision), Precision, "one of the enumeration");
        Require(CheckpointSteps is null or >= 1, nameof(CheckpointSteps), CheckpointSteps, "at least 1, or null");
    }

    private static void RequireWeight(double value, string name) =>
        Require(double.IsFinite(value) && value >= 0, name, value, "at least 0");

    private static void Require(bool holds, string name, object? value, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(
                name, value, FormattableString.Invariant($"FineTuneOptions.{name} = {value}, expected {expected}."));
        }
    }
}
