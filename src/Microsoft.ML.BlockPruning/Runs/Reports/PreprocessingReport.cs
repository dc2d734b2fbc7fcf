namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>A step of what is done to an image before the network reads it, and who says so. Immutable.</summary>
public sealed class PreprocessingReport
{
    /// <summary>The step: <c>input</c>, <c>resize</c>, <c>crop</c>, <c>filter</c>, <c>mean</c> or <c>std</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What is done, in words, such as <c>shortest side to 248 pixels</c>; mean and std by channel, of values in [0, 1].</summary>
    public required string Value { get; init; }

    /// <summary>
    /// Who says so: the network's tensors, <c>config.json</c> and its key, a default of this library, <c>Options.Preprocessing</c>, or the
    /// model file, where that is all that is known.
    /// </summary>
    public required string Origin { get; init; }

    /// <summary>The step, what is done and who says so.</summary>
    public override string ToString() => $"{Name} {Value} (from {Origin})";
}
