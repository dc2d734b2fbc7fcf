namespace Microsoft.ML.BlockPruning;

/// <summary>What a <see cref="PrunedModel"/> says of one image.</summary>
public sealed class PrunedPrediction
{
    private readonly float[] _score;
    private readonly float[] _probabilities;
    private readonly int _best;

    internal PrunedPrediction(IReadOnlyList<string> labelNames, float[] score, float[] probabilities)
    {
        LabelNames = labelNames;
        _score = score;
        _probabilities = probabilities;
        for (int i = 1; i < score.Length; i++)
        {
            _best = score[i] > score[_best] ? i : _best;
        }
    }

    /// <summary>The best class; of several with the same logit the first.</summary>
    public string PredictedLabel => LabelNames[_best];

    /// <summary>The probability of <see cref="PredictedLabel"/>, 0 to 1.</summary>
    public float Probability => _probabilities[_best];

    /// <summary>[classes] logits, in the order of <see cref="LabelNames"/>.</summary>
    public IReadOnlyList<float> Score => _score;

    /// <summary>[classes] their softmax, in the order of <see cref="LabelNames"/>; sums to 1.</summary>
    public IReadOnlyList<float> Probabilities => _probabilities;

    /// <summary>[classes] the names of the classes.</summary>
    public IReadOnlyList<string> LabelNames { get; }

    /// <summary>The best classes with their probabilities, the best first.</summary>
    /// <param name="count">How many; all where there are fewer.</param>
    /// <returns>Of equal probability the first by <see cref="LabelNames"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is not positive.</exception>
    public IReadOnlyList<(string Label, float Probability)> Top(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return
        [
            .. Enumerable.Range(0, _score.Length).OrderByDescending(slot => _score[slot]).Take(count)
                .Select(slot => (LabelNames[slot], _probabilities[slot])),
        ];
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{PredictedLabel} ({100 * Probability:F1} %)");
}
