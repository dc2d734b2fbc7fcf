using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>Reads numbers at a stream's position into an array of another type; no second copy of a tensor exists.</summary>
/// <remarks>Files are little-endian, as are the machines that this library runs on.</remarks>
internal static class NumberStream
{
    private const int ChunkElements = 1 << 14;
    private const int InPlaceElements = 1 << 24; // a span of bytes holds less than 2 GB

    /// <summary>Numbers of this very type: straight into their place.</summary>
    public static void Read<T>(Stream stream, Span<T> destination)
        where T : unmanaged
    {
        for (; destination.Length > 0; destination = destination[Math.Min(InPlaceElements, destination.Length)..])
        {
            stream.ReadExactly(MemoryMarshal.AsBytes(destination[..Math.Min(InPlaceElements, destination.Length)]));
        }
    }

    /// <summary>Numbers that are converted one by one, through a buffer of one chunk.</summary>
    public static void Read<TFile, T>(Stream stream, Span<T> destination, Func<TFile, T> convert)
        where TFile : unmanaged
        where T : unmanaged
    {
        var buffer = new TFile[Math.Min(ChunkElements, destination.Length)];
        while (destination.Length > 0)
        {
            var chunk = destination[..Math.Min(ChunkElements, destination.Length)];
            destination = destination[chunk.Length..];
            stream.ReadExactly(MemoryMarshal.AsBytes(buffer.AsSpan(0, chunk.Length)));
            for (int i = 0; i < chunk.Length; i++)
            {
                chunk[i] = convert(buffer[i]);
            }
        }
    }

    /// <summary>Numbers of a format that has a codec.</summary>
    public static void Read(Stream stream, Span<float> destination, IBlockCodec codec)
    {
        byte[] buffer = new byte[codec.BytesOf(Math.Min(ChunkElements, destination.Length))];
        while (destination.Length > 0)
        {
            var chunk = destination[..Math.Min(ChunkElements, destination.Length)];
            destination = destination[chunk.Length..];
            var bytes = buffer.AsSpan(0, (int)codec.BytesOf(chunk.Length));
            stream.ReadExactly(bytes);
            codec.Decode(bytes, chunk);
        }
    }
}
