namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>The opcodes that fill dicts, lists and tuples. What is added to a value that is not known is lost with it.</summary>
internal static class PickleItems
{
    public static void PushTuple(PickleState state, int count)
    {
        object?[] items = new object?[count];
        for (int i = count - 1; i >= 0; i--)
        {
            items[i] = state.Stack.Pop();
        }

        state.Push(new PickledTuple(items), PickleBudget.Collection);
    }

    public static void PushList(PickleState state, object?[] items)
    {
        state.Push(new PickledList(), PickleBudget.Collection);
        AddItems(state, items);
    }

    public static void PushDict(PickleState state, object?[] keysAndValues)
    {
        state.Push(new PickledDict(), PickleBudget.Collection);
        AddEntries(state, keysAndValues);
    }

    public static void AddItems(PickleState state, object?[] items)
    {
        switch (state.Stack.Top)
        {
            case PickledList list:
                state.Budget.Take(PickleBudget.Reference * (long)items.Length);
                list.Items.AddRange(items);
                break;
            case InertValue:
                break;
            default:
                throw new FormatException("adds to what is no list");
        }
    }

    public static void AddEntry(PickleState state)
    {
        object? value = state.Stack.Pop();
        object? key = state.Stack.Pop();
        AddEntries(state, [key, value]);
    }

    public static void AddEntries(PickleState state, object?[] keysAndValues)
    {
        if (keysAndValues.Length % 2 != 0)
        {
            throw new FormatException("has a key without a value");
        }

        switch (state.Stack.Top)
        {
            case PickledDict dict:
                state.Budget.Take(PickleBudget.Reference * (long)keysAndValues.Length);
                for (int i = 0; i < keysAndValues.Length; i += 2)
                {
                    dict.Entries.Add(new(keysAndValues[i], keysAndValues[i + 1]));
                }

                break;
            case InertValue:
                break;
            default:
                throw new FormatException("adds to what is no dict");
        }
    }
}
