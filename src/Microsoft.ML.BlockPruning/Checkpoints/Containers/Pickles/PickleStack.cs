namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>The stack of a pickle's machine, with its marks, and its memo.</summary>
/// <param name="budget">What all of it may take.</param>
internal sealed class PickleStack(PickleBudget budget)
{
    private readonly List<object?> _values = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];

    /// <summary>The value on top, which stays there.</summary>
    public object? Top => _values.Count > Floor ? _values[^1] : throw Empty();

    // What lies below the last mark is out of reach until the mark is taken.
    private int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    public void Push(object? value)
    {
        budget.Take(PickleBudget.Reference);
        _values.Add(value);
    }

    public object? Pop()
    {
        object? top = Top;
        _values.RemoveAt(_values.Count - 1);
        return top;
    }

    public void Mark()
    {
        budget.Take(PickleBudget.Reference);
        _marks.Add(_values.Count);
    }

    /// <summary>Takes the last mark, and with it all that lies above.</summary>
    public object?[] PopToMark()
    {
        if (_marks.Count == 0)
        {
            throw new FormatException("has no mark");
        }

        int mark = _marks[^1];
        budget.Take(PickleBudget.Collection + ((_values.Count - mark) * sizeof(long)));
        object?[] above = [.. _values[mark..]];
        _values.RemoveRange(mark, _values.Count - mark);
        _marks.RemoveAt(_marks.Count - 1);
        return above;
    }

    /// <summary>Takes the value on top, or the mark where there is none above it.</summary>
    public void Drop()
    {
        if (_marks.Count > 0 && _marks[^1] == _values.Count)
        {
            _marks.RemoveAt(_marks.Count - 1);
            return;
        }

        Pop();
    }

    /// <summary>Keeps the value on top under a number.</summary>
    public void Remember(long number)
    {
        budget.Take(2 * PickleBudget.Reference);
        _memo[number] = Top;
    }

    /// <summary>Keeps it under the next number.</summary>
    public void Remember() => Remember(_memo.Count);

    /// <summary>Pushes what was kept.</summary>
    public void Recall(long number) => Push(
        _memo.TryGetValue(number, out object? value) ? value : throw new FormatException("recalls what it never kept"));

    private static FormatException Empty() => new("takes from an empty stack");
}
