namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>A file of named tensors, whatever its container: checked on opening, a tensor is read when it is asked for.</summary>
/// <remarks>Not safe for use from several threads at once.</remarks>
internal interface ITensorFile : IDisposable
{
    /// <summary>What messages call the file.</summary>
    string Source { get; }

    /// <summary>The file's free strings; none where the container has no place for them.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What was chosen among what the file holds, or passed over: sentences for the report.</summary>
    IReadOnlyList<string> Notes { get; }

    /// <summary>Every tensor's name once, in the file's order.</summary>
    IReadOnlyCollection<string> Names { get; }

    /// <summary>Type and shape of a tensor; null where there is none of that name.</summary>
    TensorEntry? Find(string name);

    /// <summary>What the container calls a tensor, where a reader before has given it another name.</summary>
    string NameOnDisk(string name) => name;

    /// <summary>Holds the file against the checksum that it names; reads it whole, and keeps none of it.</summary>
    /// <returns>Whether it names one.</returns>
    /// <exception cref="InvalidDataException">The file is not what was written.</exception>
    bool VerifyChecksum();

    /// <summary>A tensor of floating-point numbers, or of a mask's bytes, as float32, row-major.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it holds something else; names both.</exception>
    float[] ReadSingles(string name);

    /// <inheritdoc cref="ReadSingles(string)"/>
    /// <param name="name">The tensor.</param>
    /// <param name="destination">[elements of the tensor], written.</param>
    void ReadSingles(string name, Span<float> destination);

    /// <summary>A tensor of whole numbers, row-major.</summary>
    /// <exception cref="InvalidDataException">There is no such tensor, or it holds something else; names both.</exception>
    int[] ReadInt32s(string name);
}

/// <summary>What a file says of a tensor before it is read.</summary>
/// <param name="Name">The tensor's name.</param>
/// <param name="Type">The elements' type as the container spells it, for messages.</param>
/// <param name="Shape">The sides, of which none is negative; none for a scalar.</param>
internal record TensorEntry(string Name, string Type, long[] Shape)
{
    /// <summary>Type and shape as messages show them, such as <c>F32 [72, 24]</c>.</summary>
    public string Describe() => $"{Type} [{string.Join(", ", Shape)}]";
}
