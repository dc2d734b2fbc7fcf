using System.Diagnostics;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu;

/// <summary>A block-sparse linear layer in the order the micro-kernels read it: <c>[strip][run][k][8]</c>, float32.</summary>
/// <remarks>
/// A strip is eight output features (rows). It keeps every input feature k that one of its rows keeps, zeros filled in for the others, and
/// neighbours in k are merged into runs; a block height that is a multiple of 8 fills nothing in. Rows are padded up to a multiple of 8
/// with zero weights and zero bias.
/// </remarks>
internal sealed unsafe class PackedLinear : IDisposable
{
    // 256 KB of weights stay in the second-level cache beside a panel of x while all panels pass by.
    private const long GroupWeights = 65536;

    // Fewer items than this would leave threads idle at batch 1, where a layer has 2 to 5 panels.
    private const int LeastGroups = 8;

    private readonly NativeBuffer _values;
    private readonly NativeBuffer _runs;
    private readonly NativeBuffer _bias;
    private readonly int[] _firstRun;
    private readonly long[] _firstValue;
    private readonly int[] _groupStart;

    /// <summary>Packs a layer; the arguments are copied.</summary>
    /// <param name="weight">W [outFeatures, inFeatures].</param>
    /// <param name="bias">[outFeatures] float32.</param>
    public PackedLinear(BlockSparseMatrix weight, ReadOnlySpan<float> bias)
    {
        ArgumentNullException.ThrowIfNull(weight);
        if (bias.Length != weight.Rows)
        {
            throw new ArgumentException($"A weight of {weight.Rows}x{weight.Columns} needs {weight.Rows} biases, found {bias.Length}.", nameof(bias));
        }

        OutFeatures = weight.Rows;
        InFeatures = weight.Columns;
        var packing = new StripPacking(weight);
        _firstRun = packing.FirstRun;
        _firstValue = packing.FirstValue;
        _values = NativeBuffer.OfFloats(Math.Max(1, packing.TotalValues));
        _runs = new NativeBuffer(Math.Max(1, packing.Runs.Count) * sizeof(WeightRun));
        _bias = NativeBuffer.CopyOf(bias, PaddedOutFeatures);
        packing.Runs.CopyTo(new Span<WeightRun>(_runs.Pointer, packing.Runs.Count));
        packing.CopyValues(_values.Floats);
        _groupStart = Balance();
    }

    public int OutFeatures { get; }

    public int InFeatures { get; }

    public int PaddedOutFeatures => PanelLayout.PadFeatures(OutFeatures);

    public int PaddedInFeatures => PanelLayout.PadFeatures(InFeatures);

    /// <summary>Strips of eight output features.</summary>
    public int Strips => _firstRun.Length - 1;

    /// <summary>Groups of neighbouring strips with about the same work: what threads take turns at.</summary>
    public int Groups => _groupStart.Length - 1;

    /// <summary>Weights in packed form, filled-in zeros included.</summary>
    public long PackedWeights => _firstValue[^1];

    public (int First, int End) StripsOf(int group) => (_groupStart[group], _groupStart[group + 1]);

    public float* ValuesOf(int strip) => _values.Floats + _firstValue[strip];

    public WeightRun* RunsOf(int strip) => (WeightRun*)_runs.Pointer + _firstRun[strip];

    public int RunCountOf(int strip) => _firstRun[strip + 1] - _firstRun[strip];

    public float* BiasOf(int strip) => _bias.Floats + (strip * PanelLayout.StripFeatures);

    public void Dispose()
    {
        _values.Dispose();
        _runs.Dispose();
        _bias.Dispose();
    }

    /// <summary>Cuts the strips into groups of about equal cost: weights, plus storing the tile even where nothing is kept.</summary>
    private int[] Balance()
    {
        const long tileCost = 64 * PanelLayout.StripFeatures;
        long total = PackedWeights + (Strips * tileCost);
        int groups = (int)Math.Clamp(total / GroupWeights, Math.Min(LeastGroups, Strips), Strips);
        var start = new List<int>(groups + 1) { 0 };
        for (int strip = 1; strip < Strips; strip++)
        {
            if (_firstValue[strip] + (strip * tileCost) >= total * start.Count / groups)
            {
                start.Add(strip);
            }
        }

        start.Add(Strips);
        Debug.Assert(start.Count <= Strips + 1, "more groups than strips");
        return [.. start];
    }
}
