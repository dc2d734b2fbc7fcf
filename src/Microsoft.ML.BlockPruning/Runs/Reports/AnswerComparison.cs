using System.Numerics.Tensors;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>The answers of a pruned network beside those of the dense one, image by image.</summary>
internal sealed class AnswerComparison
{
    private readonly int[]? _labels;
    private readonly int[] _dense, _pruned;

    /// <summary>Compares; images · classes steps.</summary>
    /// <param name="denseLogits">[images, classes].</param>
    /// <param name="prunedLogits">[images, classes].</param>
    /// <param name="labels">[images] classes; null where they are not known.</param>
    /// <param name="classNames">[classes].</param>
    /// <exception cref="ArgumentException">The lengths do not fit each other.</exception>
    public AnswerComparison(float[] denseLogits, float[] prunedLogits, int[]? labels, IReadOnlyList<string> classNames)
    {
        int classes = classNames.Count;
        Images = denseLogits.Length / classes;
        if (Images == 0 || denseLogits.Length != Images * classes || prunedLogits.Length != denseLogits.Length
            || (labels is not null && labels.Length != Images))
        {
            throw new ArgumentException(
                $"{denseLogits.Length} logits of the dense network, {prunedLogits.Length} of the pruned one and "
                + $"{labels?.Length ?? 0} labels are not those of the same images of {classes} classes.");
        }

        _labels = labels;
        ClassNames = classNames;
        _dense = Best(denseLogits, classes);
        _pruned = Best(prunedLogits, classes);
        Changed = [.. Enumerable.Range(0, Images).Where(image => _dense[image] != _pruned[image]).Select(image => new ChangedAnswer(
            image, labels?[image],
            _dense[image], ProbabilityOf(denseLogits.AsSpan(image * classes, classes), _dense[image]),
            _pruned[image], ProbabilityOf(prunedLogits.AsSpan(image * classes, classes), _pruned[image])))];
    }

    public int Images { get; }

    /// <summary>[classes], in the order of the logits.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>Images whose answer is another one, in the images' order.</summary>
    public IReadOnlyList<ChangedAnswer> Changed { get; }

    /// <summary>Whether the images' classes are known.</summary>
    public bool HasTruth => _labels is not null;

    /// <summary>Images that the dense network finds; 0 where their classes are not known.</summary>
    public int DenseRight => RightIn(_dense);

    /// <summary>Images that the pruned network finds; 0 where their classes are not known.</summary>
    public int PrunedRight => RightIn(_pruned);

    /// <summary>The pruned network's confusion matrix less the dense one's: [truth, answer] images.</summary>
    /// <exception cref="InvalidOperationException">The images' classes are not known.</exception>
    public int[,] ConfusionDifference()
    {
        var truth = _labels ?? throw new InvalidOperationException("Without labels there is no confusion matrix.");
        int[,] difference = new int[ClassNames.Count, ClassNames.Count];
        for (int image = 0; image < Images; image++)
        {
            difference[truth[image], _pruned[image]]++;
            difference[truth[image], _dense[image]]--;
        }

        return difference;
    }

    /// <summary>The changed answers of which the pruned network is surest; the image's order settles a tie.</summary>
    /// <param name="count">How many, at most.</param>
    public IEnumerable<ChangedAnswer> Surest(int count) => Changed.OrderByDescending(answer => answer.PrunedProbability).Take(count);

    private int RightIn(int[] answers) => _labels is null ? 0 : answers.Zip(_labels).Count(pair => pair.First == pair.Second);

    private static int[] Best(float[] logits, int classes) =>
        [.. logits.Chunk(classes).Select(image => TensorPrimitives.IndexOfMax<float>(image))];

    // Softmax in float64.
    private static double ProbabilityOf(ReadOnlySpan<float> logits, int answer)
    {
        double sum = 0;
        foreach (float logit in logits)
        {
            sum += Math.Exp((double)logit - logits[answer]);
        }

        return 1 / sum;
    }
}
