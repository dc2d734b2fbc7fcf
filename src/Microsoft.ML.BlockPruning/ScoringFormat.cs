using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning;

#pragma warning disable CA1720 // the field's words

/// <summary>In what numbers the processor multiplies the layers of a network. Immutable.</summary>
/// <remarks>
/// Sums, norms, softmax, patch embedding and heads are float32 in each, and so are the scores. In each an image's scores are the same
/// bits in any batch, at any place in it and with any number of threads; in float32 also on every processor. A GPU has a format of its
/// own: see <see cref="ScoringDevice.Cuda"/>.
/// </remarks>
public sealed class ScoringFormat
{
    private ScoringFormat(FormatRequest request) => Request = request;

    /// <summary>float32 throughout: the usual one.</summary>
    public static ScoringFormat Float32 { get; } = new(new FormatRequest(ProductFormat.Float32));

    /// <summary>
    /// bfloat16 products and attention, about 1.8 times as fast as float32 where the processor has AVX512_BF16, with no loss that ten
    /// thousand images show. Elsewhere weights are rounded and it is as fast as float32.
    /// </summary>
    public static ScoringFormat BFloat16 { get; } = new(new FormatRequest(ProductFormat.BFloat16));

    /// <summary>
    /// Products of 8-bit integers, a scale for each output of a weight and for each token; two to three times as fast as float32. Attention
    /// is bfloat16 where the processor has it, else float32.
    /// </summary>
    public static ScoringFormat Int8 { get; } = new(new FormatRequest(ProductFormat.Int8));

    internal FormatRequest Request { get; }

    /// <summary>int8, but for the layers that cost most: they are bfloat16, or float32, until the budget is met.</summary>
    /// <param name="accuracyBudget">
    /// Mean KL divergence from float32 with the same blocks that is allowed on the calibration images, nats; above zero. 3e-4 is about a
    /// tenth of a point of accuracy at most.
    /// </param>
    /// <returns>The format. What it came to is told by <see cref="LayerSummary.Format"/>, and saved with the model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The budget is not a positive number.</exception>
    public static ScoringFormat Auto(double accuracyBudget)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(accuracyBudget);
        return double.IsFinite(accuracyBudget)
            ? new ScoringFormat(new FormatRequest(ProductFormat.Int8, accuracyBudget))
            : throw new ArgumentOutOfRangeException(nameof(accuracyBudget), accuracyBudget, "An accuracy budget is a number of nats.");
    }

    /// <inheritdoc/>
    public override string ToString() => Request.ToString();

    /// <summary>The layers' formats, where no images are needed to choose them.</summary>
    /// <exception cref="ArgumentException">It takes images.</exception>
    internal LayerFormats ToLayerFormats() => Request.Budget is null
        ? new LayerFormats(Request.Format)
        : throw new ArgumentException(
            "ScoringFormat.Auto chooses by calibration images: give it to the estimator; a loaded model has none.");
}
