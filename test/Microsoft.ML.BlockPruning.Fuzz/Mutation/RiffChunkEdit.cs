using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes the content of a chunk of a RIFF file, such as WebP, and keeps the sizes of the chunk and of the file right.</summary>
internal sealed class RiffChunkEdit : IMutator
{
    private const int HeaderBytes = 12; // RIFF, size, WEBP
    private const int Frame = 8; // type, size
    private static readonly ByteEdits Bytes = new();

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        if (input.Length < HeaderBytes || Chunks(input) is not { Count: > 0 } chunks)
        {
            return null;
        }

        int at = random.Next(chunks.Count);
        switch (random.Next(6))
        {
            case 0:
                chunks.RemoveAt(at);
                break;
            case 1:
                chunks.Insert(at, chunks[random.Next(chunks.Count)]);
                break;
            case 2 when Chunks(other) is { Count: > 0 } more:
                chunks.Insert(at, more[random.Next(more.Count)]);
                break;
            default:
                byte[] content = Bytes.TryMutate(chunks[at][Frame..], chunks[at], random) ?? [];
                chunks[at] = [.. chunks[at][..Frame], .. content];
                break;
        }

        return Joined(input, chunks);
    }

    // Type and size included.
    private static List<byte[]> Chunks(byte[] file)
    {
        var chunks = new List<byte[]>();
        for (int at = HeaderBytes; at <= file.Length - Frame;)
        {
            int length = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 4)), (uint)(file.Length - at - Frame));
            chunks.Add(file[at..(at + Frame + length)]);
            at += Frame + length + (length & 1);
        }

        return chunks;
    }

    private static byte[] Joined(byte[] input, List<byte[]> chunks)
    {
        var file = new List<byte>(input[..HeaderBytes]);
        foreach (byte[] chunk in chunks)
        {
            byte[] sized = [.. chunk];
            BinaryPrimitives.WriteInt32LittleEndian(sized.AsSpan(4), chunk.Length - Frame);
            file.AddRange(sized);
            file.AddRange((chunk.Length & 1) == 1 ? [0] : []);
        }

        byte[] joined = [.. file];
        BinaryPrimitives.WriteInt32LittleEndian(joined.AsSpan(4), joined.Length - Frame);
        return joined;
    }
}
