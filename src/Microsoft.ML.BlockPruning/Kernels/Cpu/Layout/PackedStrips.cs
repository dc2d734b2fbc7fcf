using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>A block-sparse linear layer in the order the micro-kernels read it: <c>[strip][run][k][8]</c>, float32.</summary>
/// <remarks>
/// A strip is eight output features (rows). It keeps every input feature k that one of its rows keeps, zeros filled in for the others, and
/// neighbours in k are merged into runs; a block height that is a multiple of 8 fills nothing in. Rows are padded up to a multiple of 8
/// with zero weights and zero bias.
/// </remarks>
internal sealed unsafe class PackedStrips : PackedLinear
{
    // Storing a tile of y costs about as much as so many multiply-adds, even where nothing is kept.
    private const long TileCost = 64 * PanelLayout.StripFeatures;

    private readonly NativeBuffer _values;
    private readonly NativeBuffer _runs;
    private readonly NativeBuffer _bias;
    private readonly int[] _firstRun;
    private readonly long[] _firstValue;

    /// <summary>Packs a layer; the arguments are copied.</summary>
    /// <param name="weight">W [outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures] float32.</param>
    /// <param name="format">Of the row that reads it.</param>
    public PackedStrips(BlockSparseMatrix weight, ReadOnlySpan<float> bias, ProductFormat format = ProductFormat.Float32)
        : base(weight, bias, format)
    {
        var packing = new StripPacking(weight);
        _firstRun = packing.FirstRun;
        _firstValue = packing.FirstValue;
        _values = NativeBuffer.OfFloats(Math.Max(1, packing.TotalValues));
        _runs = new NativeBuffer(Math.Max(1, packing.Runs.Count) * sizeof(WeightRun));
        _bias = NativeBuffer.CopyOf(bias, PaddedOutFeatures);
        packing.Runs.CopyTo(new Span<WeightRun>(_runs.Pointer, packing.Runs.Count));
        packing.CopyValues(_values.Floats);
    }

    /// <summary>Weights in packed form, filled-in zeros included.</summary>
    public long PackedWeights => _firstValue[^1];

    /// <inheritdoc/>
    public override long WeightBytes => PackedWeights * sizeof(float);

    public float* ValuesOf(int strip) => _values.Floats + _firstValue[strip];

    public WeightRun* RunsOf(int strip) => (WeightRun*)_runs.Pointer + _firstRun[strip];

    public int RunCountOf(int strip) => _firstRun[strip + 1] - _firstRun[strip];

    public float* BiasOf(int strip) => _bias.Floats + (strip * PanelLayout.StripFeatures);

    public override void Dispose()
    {
        _values.Dispose();
        _runs.Dispose();
        _bias.Dispose();
    }

    /// <inheritdoc/>
    protected override long CostBefore(int strip) => _firstValue[strip] + (strip * TileCost);
}
