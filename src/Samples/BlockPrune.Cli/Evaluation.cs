namespace BlockPrune.Cli;

/// <summary>What models answer to the same images.</summary>
/// <param name="labels">The class of each image.</param>
/// <param name="classCount">How many classes there are.</param>
internal sealed class Evaluation(IReadOnlyList<int> labels, int classCount)
{
    private readonly List<ModelAnswers> _models = [];
    private int[]? _reference;

    /// <summary>In the order that they were added; the first is what the others are compared with.</summary>
    public IReadOnlyList<ModelAnswers> Models => _models;

    /// <summary>Adds a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="answers">[labels] the class that it takes each image for.</param>
    public void Add(OpenModel model, int[] answers)
    {
        _models.Add(new ModelAnswers(model, new AnswerCounts(classCount, labels, answers), _reference is null ? null : Changes(answers)));
        _reference ??= answers;
    }

    private AnswerChanges Changes(int[] answers)
    {
        int same = 0, right = 0, wrong = 0;
        for (int i = 0; i < answers.Length; i++)
        {
            bool was = _reference![i] == labels[i], isNow = answers[i] == labels[i];
            same += answers[i] == _reference[i] ? 1 : 0;
            right += isNow && !was ? 1 : 0;
            wrong += was && !isNow ? 1 : 0;
        }

        return new AnswerChanges((double)same / answers.Length, right, wrong);
    }
}

/// <summary>A model with its figures.</summary>
/// <param name="Model">The model.</param>
/// <param name="Counts">What it takes which class for.</param>
/// <param name="Changes">Beside the first model; null for that itself.</param>
internal sealed record ModelAnswers(OpenModel Model, AnswerCounts Counts, AnswerChanges? Changes);

/// <summary>How a model's answers differ from another's.</summary>
/// <param name="Agreement">Fraction of the images with the same answer.</param>
/// <param name="BecameRight">Images with a right answer now and a wrong one before.</param>
/// <param name="BecameWrong">The reverse.</param>
internal sealed record AnswerChanges(double Agreement, int BecameRight, int BecameWrong);
