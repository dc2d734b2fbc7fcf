namespace BlockPrune.Cli;

/// <summary>How often images of a class got each answer. All figures of accuracy come from these counts.</summary>
internal sealed class AnswerCounts
{
    // Sparse: of 21,841 classes most are never taken for each other.
    private readonly Dictionary<(int Class, int Answer), int> _counts = [];
    private readonly int[] _images;

    /// <param name="classCount">How many classes there are.</param>
    /// <param name="classes">The class of each image, from 0.</param>
    /// <param name="answers">[classes] what it was taken for.</param>
    public AnswerCounts(int classCount, IReadOnlyList<int> classes, IReadOnlyList<int> answers)
    {
        _images = new int[classCount];
        for (int i = 0; i < classes.Count; i++)
        {
            var pair = (classes[i], answers[i]);
            _counts[pair] = _counts.GetValueOrDefault(pair) + 1;
            _images[classes[i]]++;
        }

        Confusions =
        [
            .. _counts.Where(pair => pair.Key.Class != pair.Key.Answer)
                .Select(pair => new Confusion(pair.Key.Class, pair.Key.Answer, pair.Value))
                .OrderByDescending(one => one.Images).ThenBy(one => one.Class).ThenBy(one => one.Answer),
        ];
        var worst = Confusions.DistinctBy(one => one.Class).ToDictionary(one => one.Class);
        Classes =
        [
            .. Enumerable.Range(0, classCount).Select(label => new ClassFigures(
                label, _images[label], this[label, label], worst.GetValueOrDefault(label))),
        ];
    }

    /// <summary>Images of a class that were taken for another, or for itself.</summary>
    public int this[int label, int answer] => _counts.GetValueOrDefault((label, answer));

    /// <summary>Every class, also those without images.</summary>
    public IReadOnlyList<ClassFigures> Classes { get; }

    /// <summary>Wrong answers by class, the most frequent first.</summary>
    public IReadOnlyList<Confusion> Confusions { get; }

    public int Images => _images.Sum();

    public int Right => Classes.Sum(one => one.Right);

    /// <summary>Fraction of the images with the right answer.</summary>
    public double Top1 => (double)Right / Images;

    /// <summary>Mean of the classes' top-1; those without images count for nothing.</summary>
    public double MacroAccuracy => Classes.Where(one => one.Images > 0).Average(one => one.Top1!.Value);
}

/// <summary>A class's images.</summary>
/// <param name="Class">Its slot.</param>
/// <param name="Images">How many.</param>
/// <param name="Right">Those with the right answer.</param>
/// <param name="Worst">The most frequent wrong answer; null where there is none.</param>
internal sealed record ClassFigures(int Class, int Images, int Right, Confusion? Worst)
{
    /// <summary>Null where there is no image.</summary>
    public double? Top1 => Images == 0 ? null : (double)Right / Images;
}

/// <summary>Images of one class that were taken for another.</summary>
internal sealed record Confusion(int Class, int Answer, int Images);
