using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;

/// <summary>A block-sparse linear layer as products of lanes read it: <c>[strip][run][group][8]</c> lanes of four bytes.</summary>
/// <remarks>
/// Int8: a scale for each row, max|row| / 127, integers to nearest, ties to even; a row of zeros has scale zero. A group at a ragged edge
/// is filled up with zeros, and so are rows up to a multiple of eight.
/// </remarks>
internal sealed unsafe class PackedDot : PackedLinear
{
    private const int StripOutputs = PanelLayout.StripFeatures;
    private const int LaneBytes = 4;
    private const int ConstantsPerStrip = 3 * StripOutputs;

    // In groups of eight lanes: storing a tile of y costs about as much.
    private const long TileCost = 32;

    private readonly NativeBuffer _weights;
    private readonly NativeBuffer _runs;
    private readonly NativeBuffer _strips;
    private readonly NativeBuffer _constants;
    private readonly long[] _groupsBefore; // [strips + 1]

    /// <summary>Packs a layer; the arguments are copied.</summary>
    /// <param name="numbers">How its numbers lie.</param>
    /// <param name="weight">W [outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures] float32.</param>
    /// <exception cref="NotSupportedException">So many products of 8-bit numbers may not fit 32 bits.</exception>
    public PackedDot(DotNumbers numbers, BlockSparseMatrix weight, ReadOnlySpan<float> bias)
        : base(weight, bias, numbers.Format)
    {
        if (numbers.HasScales && weight.Columns > DotNumbers.MostInt8Features)
        {
            throw new NotSupportedException(
                $"Sums of {weight.Columns} products of 8-bit numbers may not fit 32 bits, at most {DotNumbers.MostInt8Features} do; "
                + "compute such a layer in BFloat16.");
        }

        var packing = new StripPacking(weight);
        using var values = NativeBuffer.OfFloats(Math.Max(1, packing.TotalValues));
        packing.CopyValues(values.Floats);
        var (runs, firstRun, groupsBefore) = DotRuns.Of(packing, numbers.Group);
        _groupsBefore = groupsBefore;
        _weights = new NativeBuffer(Math.Max(LaneBytes, WeightBytes));
        _runs = new NativeBuffer(Math.Max(1, runs.Count) * sizeof(GroupRun));
        _strips = new NativeBuffer((long)Strips * sizeof(DotStrip));
        _constants = new NativeBuffer((long)Strips * ConstantsPerStrip * sizeof(int));
        CollectionsMarshal.AsSpan(runs).CopyTo(new Span<GroupRun>(_runs.Pointer, runs.Count));
        var filling = new StripFilling(numbers, packing, values.Floats);
        for (int strip = 0; strip < Strips; strip++)
        {
            var target = StripAt(strip);
            target->Weights = (byte*)_weights.Pointer + (groupsBefore[strip] * StripOutputs * LaneBytes);
            target->Runs = (GroupRun*)_runs.Pointer + firstRun[strip];
            target->RunsEnd = (GroupRun*)_runs.Pointer + firstRun[strip + 1];
            target->Constants = (int*)_constants.Pointer + ((long)strip * ConstantsPerStrip);
            int row = strip * StripOutputs;
            filling.Fill(strip, target, bias[row..Math.Min(row + StripOutputs, bias.Length)]);
        }
    }

    /// <inheritdoc/>
    public override long WeightBytes => _groupsBefore[^1] * StripOutputs * LaneBytes;

    /// <summary>A strip; that after the last one is an address, and nothing else.</summary>
    public DotStrip* StripAt(int strip) => (DotStrip*)_strips.Pointer + strip;

    /// <inheritdoc/>
    protected override long CostBefore(int strip) => _groupsBefore[strip] + (strip * TileCost);

    public override void Dispose()
    {
        _weights.Dispose();
        _runs.Dispose();
        _strips.Dispose();
        _constants.Dispose();
    }
}
