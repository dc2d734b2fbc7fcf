namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>One kind of change to a file.</summary>
internal interface IMutator
{
    /// <summary>Changes a file.</summary>
    /// <param name="input">The file; not changed.</param>
    /// <param name="other">Another file of the format, to take parts of.</param>
    /// <param name="random">What is drawn comes from it alone.</param>
    /// <returns>The new file; null where the old one has not the structure that this change keeps.</returns>
    byte[]? TryMutate(byte[] input, byte[] other, Random random);
}
