using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

/// <summary>Row-major activations [tokens, features] in panels. Padding holds NaN, so that a kernel that reads it is found out.</summary>
internal sealed unsafe class PanelBuffer : IDisposable
{
    private readonly NativeBuffer _memory;
    private readonly PanelLayout _layout;
    private readonly int _features;

    public PanelBuffer(int tokens, int features, float[]? rows = null)
    {
        _layout = new PanelLayout(tokens);
        _features = features;
        _memory = NativeBuffer.OfFloats(_layout.SizeOf(PanelLayout.PadFeatures(features)) + AttentionShape.QkvSlackFloats);
        Panels.Fill(float.NaN);
        for (int i = 0; i < (rows?.Length ?? 0); i++)
        {
            Panels[_layout.IndexOf(i / features, i % features, PanelLayout.PadFeatures(features))] = rows![i];
        }
    }

    public float* Pointer => _memory.Floats;

    public float[] Rows
    {
        get
        {
            float[] rows = new float[_layout.Tokens * _features];
            _layout.Unpack(Panels, _features, rows);
            return rows;
        }
    }

    private Span<float> Panels => new(_memory.Floats, (int)_layout.SizeOf(PanelLayout.PadFeatures(_features)));

    public void Dispose() => _memory.Dispose();
}
