namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Draws a change: half of them know the format, where it has such.</summary>
internal sealed class MutationPlan(IReadOnlyList<IMutator> structured, Random random)
{
    private const int LargestFile = 1 << 18;
    private readonly ByteEdits _bytes = new();

    /// <summary>A file made of another one.</summary>
    public byte[] Next(byte[] parent, byte[] other)
    {
        byte[]? changed = null;
        for (int tries = 0; tries < 4 && structured.Count > 0 && random.Next(3) > 0; tries++)
        {
            changed = structured[random.Next(structured.Count)].TryMutate(changed ?? parent, other, random) ?? changed;
        }

        changed ??= _bytes.TryMutate(parent, other, random) ?? parent;
        return changed.Length <= LargestFile ? changed : changed[..LargestFile];
    }
}
