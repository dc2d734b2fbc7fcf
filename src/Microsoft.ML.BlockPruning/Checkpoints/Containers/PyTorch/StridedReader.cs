namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>Reads the elements of a view whose order in the file is not that in memory: transposed, or with gaps.</summary>
internal static class StridedReader
{
    private const int BufferElements = 1 << 16;

    /// <summary>Reads in the file's order, line by line along the side of the smallest stride; each element goes into its place.</summary>
    /// <param name="stream">The file.</param>
    /// <param name="tensor">The view.</param>
    /// <param name="read">Reads elements of its type.</param>
    /// <param name="destination">[elements], row-major, written.</param>
    public static void Read<T>(Stream stream, TorchTensor tensor, NumberReader<T> read, Span<T> destination)
    {
        // A side of one element has no stride that matters: it would only cut the lines short.
        var sides = SidesOf(tensor).Where(side => side.Count > 1).OrderByDescending(side => side.InFile).ToArray();
        var line = sides.Length > 0 ? sides[^1] : new Side(1, 1, 1);
        var outer = sides.SkipLast(1).ToArray();
        int size = tensor.ElementType.Size;
        long[] index = new long[outer.Length];
        var buffer = new T[(int)Math.Min(BufferElements, Math.Max(1, line.Extent))];
        for (long from = 0, to = 0; ;)
        {
            stream.Position = tensor.Position + (from * size);
            ReadLine(stream, size, line, read, buffer, destination[(int)to..]);
            int turn = outer.Length - 1;
            for (; turn >= 0 && ++index[turn] == outer[turn].Count; turn--)
            {
                index[turn] = 0;
                from -= (outer[turn].Count - 1) * outer[turn].InFile;
                to -= (outer[turn].Count - 1) * outer[turn].InMemory;
            }

            if (turn < 0)
            {
                return;
            }

            (from, to) = (from + outer[turn].InFile, to + outer[turn].InMemory);
        }
    }

    private static void ReadLine<T>(Stream stream, int size, Side line, NumberReader<T> read, T[] buffer, Span<T> destination)
    {
        long position = stream.Position;
        long atOnce = Math.Max(1, (buffer.Length - 1) / line.InFile);
        for (long done = 0; done < line.Count; done += atOnce)
        {
            int count = (int)Math.Min(atOnce, line.Count - done);
            stream.Position = position + (done * line.InFile * size);
            read(stream, buffer.AsSpan(0, (int)((count - 1) * line.InFile) + 1));
            for (int i = 0; i < count; i++)
            {
                destination[(int)((done + i) * line.InMemory)] = buffer[i * line.InFile];
            }
        }
    }

    private static IEnumerable<Side> SidesOf(TorchTensor tensor)
    {
        long inMemory = 1;
        for (int i = tensor.Shape.Length - 1; i >= 0; inMemory *= tensor.Shape[i], i--)
        {
            yield return new Side(tensor.Shape[i], tensor.Strides[i], inMemory);
        }
    }

    /// <summary>A side of the view: elements, and the steps from one to the next.</summary>
    private readonly record struct Side(long Count, long InFile, long InMemory)
    {
        public long Extent => ((Count - 1) * InFile) + 1;
    }
}
