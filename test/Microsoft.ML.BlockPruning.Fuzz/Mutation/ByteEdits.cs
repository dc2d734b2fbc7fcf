using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>One to eight changes that know nothing of a format: bits, bytes, words, blocks, the end, another file's tail.</summary>
internal sealed class ByteEdits : IMutator
{
    private const int LargestFile = 1 << 17;

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        var file = new List<byte>(input);
        for (int edits = 1 << random.Next(4); edits > 0; edits--)
        {
            Edit(file, other, random);
        }

        return file.Count <= LargestFile ? [.. file] : null;
    }

    private static void Edit(List<byte> file, byte[] other, Random random)
    {
        if (file.Count == 0)
        {
            file.Add((byte)random.Next(256));
            return;
        }

        int at = random.Next(file.Count);
        switch (random.Next(10))
        {
            case 0:
            case 1:
                file[at] ^= (byte)(1 << random.Next(8));
                break;
            case 2:
                file[at] = (byte)random.Next(256);
                break;
            case 3:
                file[at] = (byte)(file[at] + random.Next(-16, 17));
                break;
            case 4:
                Word(file, at, random);
                break;
            case 5:
                file.RemoveRange(at, Length(random, file.Count - at));
                break;
            case 6:
                file.InsertRange(at, file.GetRange(at, Length(random, file.Count - at)));
                break;
            case 7:
                Copy(file, at, random);
                break;
            case 8 when random.Next(4) == 0:
                file.RemoveRange(at, file.Count - at);
                break;
            case 9 when other.Length > 0 && random.Next(2) == 0:
                file.RemoveRange(at, file.Count - at);
                file.AddRange(other[random.Next(other.Length)..]);
                break;
            default:
                file.Insert(at, (byte)random.Next(256));
                break;
        }
    }

    // Mostly short: a long block breaks more than one thing.
    private static int Length(Random random, int most) => 1 + random.Next(Math.Min(most, 1 << random.Next(10)));

    private static void Copy(List<byte> file, int from, Random random)
    {
        var block = file.GetRange(from, Length(random, file.Count - from));
        int to = random.Next(file.Count - block.Count + 1);
        for (int i = 0; i < block.Count; i++)
        {
            file[to + i] = block[i];
        }
    }

    // Sizes stand in files in either order of bytes.
    private static void Word(List<byte> file, int at, Random random)
    {
        int size = Math.Min(1 << random.Next(4), file.Count - at);
        Span<byte> word = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(word, Interesting.Integer(random));
        word = word[..size];
        if (random.Next(2) == 0)
        {
            word.Reverse();
        }

        for (int i = 0; i < size; i++)
        {
            file[at + i] = word[i];
        }
    }
}
