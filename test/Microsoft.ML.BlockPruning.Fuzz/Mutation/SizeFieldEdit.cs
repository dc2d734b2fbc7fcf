using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Writes sizes into fields that a format has at fixed places, or within some bytes of a marker.</summary>
/// <param name="places">Offsets from the file's begin.</param>
/// <param name="marker">A byte that begins a part with sizes in it, such as GIF's image descriptor; null: the format has none.</param>
internal sealed class SizeFieldEdit(int[] places, byte? marker) : IMutator
{
    private const int Reach = 10;

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        int[] fields = [.. places, .. Enumerable.Range(0, input.Length).Where(i => input[i] == marker).Take(64)];
        if (fields.Length == 0)
        {
            return null;
        }

        byte[] file = [.. input];
        for (int edits = 1 + random.Next(3); edits > 0; edits--)
        {
            int place = fields[random.Next(fields.Length)];
            Write(file, place < input.Length && input[place] == marker ? place + random.Next(1, Reach) : place, random);
        }

        return file;
    }

    private static void Write(byte[] file, int at, Random random)
    {
        Span<byte> word = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(word, unchecked((int)Interesting.Integer(random)));
        word = word[..(1 << random.Next(3))];
        if (random.Next(2) == 0)
        {
            word.Reverse();
        }

        if (at + word.Length <= file.Length)
        {
            word.CopyTo(file.AsSpan(at));
        }
    }
}
