using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

/// <summary>Panels as a row reads them: those of float32 themselves, or packed ones.</summary>
internal sealed unsafe class PackedInput : IDisposable
{
    private readonly NativeBuffer? _packed;

    private PackedInput(NativeBuffer? packed, byte* panels)
    {
        _packed = packed;
        Panels = panels;
    }

    public byte* Panels { get; }

    /// <param name="row">Which row reads it.</param>
    /// <param name="tokens">Tokens of the one image.</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="x">The tokens.</param>
    public static PackedInput Of(LinearKernel row, int tokens, int features, PanelBuffer x)
    {
        if (!row.PacksInput)
        {
            return new PackedInput(null, (byte*)x.Pointer);
        }

        var layout = new PanelLayout(tokens);
        int tokenBytes = row.InputTokenBytes(features), padded = PanelLayout.PadFeatures(features);
        var packed = new NativeBuffer(layout.SizeOf(tokenBytes));
        new Span<byte>(packed.Pointer, (int)layout.SizeOf(tokenBytes)).Fill(0xFF); // NaN, until it is written
        for (int panel = 0; panel < layout.Panels; panel++)
        {
            row.PackInput(
                x.Pointer + PanelLayout.OffsetOf(panel, padded), features, layout.LanesOf(panel),
                (byte*)packed.Pointer + PanelLayout.OffsetOf(panel, tokenBytes));
        }

        return new PackedInput(packed, (byte*)packed.Pointer);
    }

    public void Dispose() => _packed?.Dispose();
}
