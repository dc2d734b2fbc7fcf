namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>What a pickle's names and calls stand for: values that are made here, without any of Python.</summary>
internal interface IPickleRules
{
    /// <summary>Refuses names that no honest file has, wherever they stand.</summary>
    /// <exception cref="InvalidDataException">It is one of them; names it.</exception>
    void Check(GlobalName name);

    /// <summary>What a call stands for; <see cref="InertValue"/> where the function is not known.</summary>
    /// <exception cref="FormatException">The function is known, and its arguments are not what it takes; says what they are.</exception>
    object? Call(GlobalName function, object?[] arguments);

    /// <summary>What a persistent id stands for.</summary>
    /// <exception cref="FormatException">It is not understood; says why.</exception>
    object? Persistent(object? id);
}
