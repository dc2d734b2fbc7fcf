using System.Numerics;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>A block-sparse weight with some of its rows and columns alone, taken in strips of neighbours, bit for bit.</summary>
/// <remarks>
/// Blocks are cut where strips may end, so that each lies in one block of the weight. Nothing is filled in: a removed block stays removed,
/// and what is made is no larger than what is kept.
/// </remarks>
internal static class StripSelection
{
    /// <summary>Takes the strips.</summary>
    /// <param name="weight">The weight; its format is decoded.</param>
    /// <param name="strip">Rows, and columns, of a strip; the last one of a weight may be ragged.</param>
    /// <param name="rows">Strips of rows, ascending, at least one; null for all.</param>
    /// <param name="columns">Strips of columns, ascending, at least one; null for all.</param>
    public static BlockSparseMatrix Take(BlockSparseMatrix weight, int strip, IReadOnlyList<int>? rows, IReadOnlyList<int>? columns)
    {
        var down = Side.Of(weight.Rows, weight.Block.Height, strip, rows);
        var across = Side.Of(weight.Columns, weight.Block.Width, strip, columns);
        int[] firstIn = FirstIn(across, weight);
        int[] crow = new int[down.Starts.Length + 1];
        var col = new List<int>();
        for (int row = 0; row < down.Starts.Length; row++)
        {
            foreach (int block in BlocksOf(weight, down.Starts[row]))
            {
                int first = firstIn[weight.ColIndices[block]], end = firstIn[weight.ColIndices[block] + 1];
                col.AddRange(Enumerable.Range(first, end - first));
            }

            crow[row + 1] = col.Count;
        }

        float[] values = new float[checked(col.Count * down.Block * across.Block)];
        CopyValues(weight, down, across, firstIn, values);
        return BlockSparseMatrix.FromParts(
            down.Features, across.Features, new BlockShape(down.Block, across.Block), crow, [.. col], values);
    }

    private static void CopyValues(BlockSparseMatrix weight, Side down, Side across, int[] firstIn, Span<float> values)
    {
        var (height, width) = (weight.Block.Height, weight.Block.Width);
        float[] stored = weight.Values.ToSingles();
        foreach (int top in down.Starts)
        {
            foreach (int block in BlocksOf(weight, top))
            {
                for (int column = firstIn[weight.ColIndices[block]]; column < firstIn[weight.ColIndices[block] + 1]; column++)
                {
                    int left = across.Starts[column] % width;
                    for (int i = 0; i < Math.Min(down.Block, height - (top % height)); i++)
                    {
                        stored.AsSpan((((block * height) + (top % height) + i) * width) + left, Math.Min(across.Block, width - left))
                            .CopyTo(values[(i * across.Block)..]);
                    }

                    values = values[(down.Block * across.Block)..];
                }
            }
        }
    }

    private static IEnumerable<int> BlocksOf(BlockSparseMatrix weight, int row)
    {
        int blockRow = row / weight.Block.Height;
        return Enumerable.Range(weight.CrowIndices[blockRow], weight.CrowIndices[blockRow + 1] - weight.CrowIndices[blockRow]);
    }

    /// <summary>[block columns of the weight + 1]: the first block column of the result that is of each, or of one after it.</summary>
    private static int[] FirstIn(Side across, BlockSparseMatrix weight)
    {
        int[] first = new int[weight.BlockColumns + 1];
        foreach (int start in across.Starts)
        {
            first[(start / weight.Block.Width) + 1]++;
        }

        for (int i = 0; i < weight.BlockColumns; i++)
        {
            first[i + 1] += first[i];
        }

        return first;
    }

    /// <summary>The rows or the columns of the result.</summary>
    /// <param name="Features">How many.</param>
    /// <param name="Block">Of a block.</param>
    /// <param name="Starts">By block: its first row or column in the weight.</param>
    private readonly record struct Side(int Features, int Block, int[] Starts)
    {
        public static Side Of(int features, int block, int strip, IReadOnlyList<int>? strips)
        {
            if (strips is null)
            {
                return new Side(features, block, [.. Enumerable.Range(0, ((features - 1) / block) + 1).Select(number => number * block)]);
            }

            // One block over all of the weight ends nowhere inside it.
            int common = block >= features ? strip : (int)BigInteger.GreatestCommonDivisor(block, strip);
            int taken = strips.Sum(number => Math.Min(strip, features - (number * strip)));
            int[] starts =
            [
                .. from number in strips
                   from offset in Enumerable.Range(0, strip / common)
                   let start = (number * strip) + (offset * common)
                   where start < features
                   select start,
            ];
            return new Side(taken, Math.Min(common, taken), starts);
        }
    }
}
