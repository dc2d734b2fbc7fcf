using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>The plan of a packing: which input features each strip of eight rows keeps, and where its weights go.</summary>
internal sealed unsafe class StripPacking
{
    private const int StripRows = PanelLayout.StripFeatures;

    private readonly BlockSparseMatrix _weight;

    public StripPacking(BlockSparseMatrix weight)
    {
        _weight = weight;
        int strips = PanelLayout.PadFeatures(weight.Rows) / StripRows;
        FirstRun = new int[strips + 1];
        FirstValue = new long[strips + 1];
        bool[] kept = new bool[weight.BlockColumns];
        for (int strip = 0; strip < strips; strip++)
        {
            MarkKeptBlocks(strip, kept);
            FirstValue[strip + 1] = FirstValue[strip] + (StripRows * AddRuns(kept));
            FirstRun[strip + 1] = Runs.Count;
        }
    }

    /// <summary>The runs of all strips, ascending in k inside a strip.</summary>
    public List<WeightRun> Runs { get; } = [];

    /// <summary>[strips + 1]: index of each strip's first run.</summary>
    public int[] FirstRun { get; }

    /// <summary>[strips + 1]: index of each strip's first weight.</summary>
    public long[] FirstValue { get; }

    public long TotalValues => FirstValue[^1];

    /// <summary>Writes all weights.</summary>
    /// <param name="values">[TotalValues], zeros.</param>
    public void CopyValues(float* values)
    {
        float[] stored = _weight.Values.ToSingles();
        int[] positionOf = new int[_weight.Columns]; // of an input feature among those that the strip keeps
        for (int strip = 0; strip < FirstRun.Length - 1; strip++)
        {
            int position = 0;
            foreach (var run in Runs.Slice(FirstRun[strip], FirstRun[strip + 1] - FirstRun[strip]))
            {
                for (int k = run.Start; k < run.Start + run.Count; k++)
                {
                    positionOf[k] = position++;
                }
            }

            CopyStrip(strip, positionOf, stored, values + FirstValue[strip]);
        }
    }

    private void CopyStrip(int strip, int[] positionOf, float[] stored, float* values)
    {
        var shape = _weight.Block;
        int lastRow = Math.Min((strip + 1) * StripRows, _weight.Rows);
        for (int row = strip * StripRows; row < lastRow; row++)
        {
            int blockRow = row / shape.Height;
            for (int block = _weight.CrowIndices[blockRow]; block < _weight.CrowIndices[blockRow + 1]; block++)
            {
                int column = _weight.ColIndices[block] * shape.Width;
                var source = stored.AsSpan(((block * shape.Height) + (row % shape.Height)) * shape.Width, shape.Width);
                for (int k = 0; k < Math.Min(shape.Width, _weight.Columns - column); k++)
                {
                    values[((long)positionOf[column + k] * StripRows) + (row % StripRows)] = source[k];
                }
            }
        }
    }

    /// <summary>The union over the block rows that the strip touches: several where the block height is no multiple of 8.</summary>
    private void MarkKeptBlocks(int strip, bool[] kept)
    {
        Array.Clear(kept);
        int lastRow = Math.Min((strip + 1) * StripRows, _weight.Rows) - 1;
        for (int blockRow = strip * StripRows / _weight.Block.Height; blockRow <= lastRow / _weight.Block.Height; blockRow++)
        {
            for (int block = _weight.CrowIndices[blockRow]; block < _weight.CrowIndices[blockRow + 1]; block++)
            {
                kept[_weight.ColIndices[block]] = true;
            }
        }
    }

    /// <summary>Appends the strip's runs and returns how many input features they hold.</summary>
    private long AddRuns(bool[] kept)
    {
        long features = 0;
        for (int column = 0; column < kept.Length; column++)
        {
            if (!kept[column])
            {
                continue;
            }

            int first = column;
            while (column + 1 < kept.Length && kept[column + 1])
            {
                column++;
            }

            int start = first * _weight.Block.Width;
            int count = Math.Min((column + 1) * _weight.Block.Width, _weight.Columns) - start;
            Runs.Add(new WeightRun(start, count));
            features += count;
        }

        return features;
    }
}

/// <summary>Neighbouring input features that a strip of eight output features keeps.</summary>
/// <param name="Start">The first of them.</param>
/// <param name="Count">How many; at least one.</param>
internal readonly record struct WeightRun(int Start, int Count);
