using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>Writes the weights and constants of strips.</summary>
/// <param name="numbers">How numbers lie.</param>
/// <param name="packing">Which input features each strip keeps.</param>
/// <param name="values">The weights in float32, <c>[strip][k][8]</c>.</param>
internal sealed unsafe class StripFilling(DotNumbers numbers, StripPacking packing, float* values)
{
    private const int Rows = PanelLayout.StripFeatures;

    /// <summary>Fills one strip.</summary>
    /// <param name="strip">Its number.</param>
    /// <param name="target">Weights and constants are zeros, and are written; the runs are there.</param>
    /// <param name="bias">Of its rows: eight, or fewer in the last strip.</param>
    public void Fill(int strip, DotStrip* target, ReadOnlySpan<float> bias)
    {
        var runs = packing.Runs[packing.FirstRun[strip]..packing.FirstRun[strip + 1]];
        float* source = values + packing.FirstValue[strip];
        for (int row = 0; row < bias.Length; row++)
        {
            if (numbers.HasScales)
            {
                FillInt8(target, row, bias[row], runs, source);
            }
            else
            {
                ((float*)target->Constants)[row] = bias[row];
                foreach (var (group, place, value) in PlacesOf(target, runs, source, row))
                {
                    ((BFloat16Bits*)target->Weights)[(((group * Rows) + row) * numbers.Group) + place] = BFloat16Bits.Of(value);
                }
            }
        }
    }

    private void FillInt8(DotStrip* target, int row, float bias, List<WeightRun> runs, float* source)
    {
        int total = runs.Sum(run => run.Count);
        float largest = 0;
        for (int i = 0; i < total; i++)
        {
            largest = Math.Max(largest, Math.Abs(source[(i * Rows) + row]));
        }

        float scale = largest / DotNumbers.LargestInt8;
        int sum = 0;
        foreach (var (group, place, value) in PlacesOf(target, runs, source, row))
        {
            // The quotient of a scale that is a denormal may pass 127.
            int rounded = scale > 0
                ? (int)Math.Clamp(MathF.Round(value / scale), -DotNumbers.LargestInt8, DotNumbers.LargestInt8)
                : 0;
            long at = (((group * Rows) + row) * numbers.Group) + place;
            if (numbers.Group == 4)
            {
                ((sbyte*)target->Weights)[at] = (sbyte)rounded;
            }
            else
            {
                ((short*)target->Weights)[at] = (short)rounded;
            }

            sum += rounded;
        }

        target->Constants[row] = -numbers.ActivationOffset * sum;
        ((float*)target->Constants)[Rows + row] = scale;
        ((float*)target->Constants)[(2 * Rows) + row] = bias;
    }

    /// <summary>Where each weight of a row goes: the group among those that the strip keeps, the place in it, the weight.</summary>
    private List<(long Group, int Place, float Value)> PlacesOf(DotStrip* target, List<WeightRun> runs, float* source, int row)
    {
        var places = new List<(long, int, float)>();
        var groups = target->Runs;
        long before = 0;
        int position = 0;
        foreach (var run in runs)
        {
            for (int k = run.Start; k < run.Start + run.Count; k++, position++)
            {
                int group = k / numbers.Group;
                for (; group >= groups->Start + groups->Count; groups++)
                {
                    before += groups->Count;
                }

                places.Add((before + group - groups->Start, k % numbers.Group, source[(position * Rows) + row]));
            }
        }

        return places;
    }
}
