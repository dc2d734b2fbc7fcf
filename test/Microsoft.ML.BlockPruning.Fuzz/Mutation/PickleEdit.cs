namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Writes opcodes and lengths over bytes of a pickle, which stands at the beginning of a file of PyTorch's.</summary>
internal sealed class PickleEdit : IMutator
{
    private const int Within = 1 << 13;
    private const int MostChanges = 4;

    // docs.python.org/3/library/pickletools, and numbers that are often too large.
    private static readonly byte[] Values =
    [
        .. "(.012FNKMJGIRQcbdehijlopqrstu}]VXUTCB"u8, 0x80, 0x81, 0x82, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f,
        0x90, 0x91, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0, 1, 2, 4, 0x7f, 0xff,
    ];

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        if (input.Length == 0)
        {
            return null;
        }

        byte[] changed = [.. input];
        for (int i = random.Next(MostChanges); i >= 0; i--)
        {
            changed[random.Next(Math.Min(Within, changed.Length))] = Values[random.Next(Values.Length)];
        }

        return changed;
    }
}
