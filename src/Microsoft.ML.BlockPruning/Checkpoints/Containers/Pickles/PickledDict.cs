namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>A dict: its entries as they came, a key that came twice twice.</summary>
internal sealed class PickledDict
{
    /// <summary>Keys and values in the file's order.</summary>
    public List<KeyValuePair<object?, object?>> Entries { get; } = [];

    /// <summary>Its text keys and their values.</summary>
    public IEnumerable<KeyValuePair<string, object?>> Named =>
        Entries.Where(entry => entry.Key is string).Select(entry => KeyValuePair.Create((string)entry.Key!, entry.Value));

    /// <summary>The last value of a key, as Python has it; null where there is none.</summary>
    public object? Find(string key) => Entries.LastOrDefault(entry => entry.Key is string text && text == key).Value;
}

/// <summary>A list or set.</summary>
internal sealed class PickledList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A tuple.</summary>
/// <param name="Items">Its items.</param>
internal sealed record PickledTuple(object?[] Items);
