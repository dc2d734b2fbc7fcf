using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes, drops, repeats or swaps chunks of a PNG file and keeps lengths and checksums right; pixels stay valid zlib.</summary>
internal sealed class PngChunkEdit : IMutator
{
    private const int SignatureBytes = 8;
    private const int Frame = 12; // length, type, checksum
    private static readonly ByteEdits Bytes = new();

    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        if (input.Length < SignatureBytes || Chunks(input) is not { Count: > 0 } chunks)
        {
            return null;
        }

        int at = random.Next(chunks.Count);
        switch (random.Next(7))
        {
            case 0:
                chunks.RemoveAt(at);
                break;
            case 1:
                chunks.Insert(at, chunks[random.Next(chunks.Count)]);
                break;
            case 2: // one of another file
                if (other.Length > SignatureBytes && Chunks(other) is { Count: > 0 } more)
                {
                    chunks.Insert(at, more[random.Next(more.Count)]);
                }

                break;
            case 3: // width, height, bits, colour type, interlace
                var header = chunks[0].Data;
                if (header.Length >= 13)
                {
                    header = [.. header];
                    int side = random.Next(2) * sizeof(int);
                    BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(side), unchecked((int)Interesting.Integer(random)));
                    header[8 + random.Next(5)] = (byte)new[] { 0, 1, 2, 3, 4, 6, 8, 16 }[random.Next(8)];
                    chunks[0] = (chunks[0].Type, header);
                }

                break;
            default:
                chunks[at] = (chunks[at].Type, EditedContent(chunks[at], random));
                break;
        }

        return Joined(input.AsSpan(0, SignatureBytes), chunks);
    }

    private static byte[] EditedContent((string Type, byte[] Data) chunk, Random random)
    {
        if (chunk.Type != "IDAT" || random.Next(2) == 0)
        {
            return Bytes.TryMutate(chunk.Data, chunk.Data, random) ?? chunk.Data;
        }

        try
        {
            using var unzipped = new MemoryStream();
            using (var zlib = new ZLibStream(new MemoryStream(chunk.Data), CompressionMode.Decompress))
            {
                zlib.CopyTo(unzipped);
            }

            byte[] pixels = Bytes.TryMutate(unzipped.ToArray(), [], random) ?? [];
            using var zipped = new MemoryStream();
            using (var zlib = new ZLibStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
            {
                zlib.Write(pixels);
            }

            return zipped.ToArray();
        }
        catch (InvalidDataException)
        {
            return chunk.Data;
        }
    }

    private static List<(string Type, byte[] Data)> Chunks(byte[] file)
    {
        var chunks = new List<(string, byte[])>();
        for (int at = SignatureBytes; at <= file.Length - Frame;)
        {
            int length = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at)), (uint)(file.Length - at - Frame));
            chunks.Add((Encoding.Latin1.GetString(file, at + 4, 4), file[(at + 8)..(at + 8 + length)]));
            at += length + Frame;
        }

        return chunks;
    }

    private static byte[] Joined(ReadOnlySpan<byte> signature, List<(string Type, byte[] Data)> chunks)
    {
        var file = new List<byte>([.. signature]);
        byte[] word = new byte[sizeof(uint)];
        foreach (var (type, data) in chunks)
        {
            BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
            file.AddRange(word);
            byte[] content = [.. Encoding.Latin1.GetBytes(type), .. data];
            file.AddRange(content);
            BinaryPrimitives.WriteUInt32BigEndian(word, Crc32.Of(content));
            file.AddRange(word);
        }

        return [.. file];
    }
}
