using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

/// <summary>How the activations of one image lie in memory: panels of up to 48 tokens, <c>[panel][feature][token]</c>, float32.</summary>
/// <remarks>
/// Tokens are padded up to a multiple of 16, so the last panel is 16, 32 or 48 tokens wide; features are padded up to a multiple of 8.
/// A panel's output has the layout of its input, and every operation goes down the lanes: no layer repacks or shuffles. Lanes never mix
/// (attention alone reads across tokens, and it stops at the last real one), so what padded lanes hold does not matter.
/// </remarks>
internal readonly record struct PanelLayout(int Tokens)
{
    /// <summary>Tokens of a full panel: three AVX-512 vectors.</summary>
    public const int PanelTokens = 48;

    /// <summary>Output features that a micro-kernel computes at once, and the step of feature counts in buffers.</summary>
    public const int StripFeatures = 8;

    private const int LaneStep = 16;

    public int PaddedTokens => RoundUp(Tokens, LaneStep);

    public int Panels => (PaddedTokens + PanelTokens - 1) / PanelTokens;

    public static int PadFeatures(int features) => RoundUp(features, StripFeatures);

    /// <summary>Width of a panel in tokens: 48, or 16 or 32 in the last one.</summary>
    public int LanesOf(int panel)
    {
        Debug.Assert((uint)panel < (uint)Panels, "panel outside the image");
        return Math.Min(PanelTokens, PaddedTokens - (panel * PanelTokens));
    }

    /// <summary>Real tokens of a panel.</summary>
    public int TokensOf(int panel) => Math.Min(PanelTokens, Tokens - (panel * PanelTokens));

    /// <summary>Floats before a panel in an image with so many padded features.</summary>
    public static nint OffsetOf(int panel, int paddedFeatures) => (nint)panel * PanelTokens * paddedFeatures;

    /// <summary>Floats of one image with so many padded features.</summary>
    public nint SizeOf(int paddedFeatures) => (nint)PaddedTokens * paddedFeatures;

    /// <summary>Copies row-major activations into panels; padded lanes and features become zero.</summary>
    /// <param name="rows">[Tokens, features] float32, row-major.</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="panels">SizeOf(PadFeatures(features)) floats.</param>
    public void Pack(ReadOnlySpan<float> rows, int features, Span<float> panels)
    {
        Check(rows.Length, features, panels.Length);
        panels.Clear();
        for (int token = 0; token < Tokens; token++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                panels[IndexOf(token, feature, PadFeatures(features))] = rows[(token * features) + feature];
            }
        }
    }

    /// <summary>Copies panels back to row-major activations.</summary>
    /// <param name="panels">SizeOf(PadFeatures(features)) floats.</param>
    /// <param name="features">Features of a token.</param>
    /// <param name="rows">[Tokens, features] float32, row-major.</param>
    public void Unpack(ReadOnlySpan<float> panels, int features, Span<float> rows)
    {
        Check(rows.Length, features, panels.Length);
        for (int token = 0; token < Tokens; token++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                rows[(token * features) + feature] = panels[IndexOf(token, feature, PadFeatures(features))];
            }
        }
    }

    /// <summary>Where one value lies, in floats from the start of the image.</summary>
    public int IndexOf(int token, int feature, int paddedFeatures)
    {
        int panel = token / PanelTokens;
        return checked((int)OffsetOf(panel, paddedFeatures) + (feature * LanesOf(panel)) + (token % PanelTokens));
    }

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;

    private void Check(int rowsLength, int features, int panelsLength)
    {
        long size = SizeOf(PadFeatures(features));
        if (rowsLength != (long)Tokens * features || panelsLength != size)
        {
            throw new ArgumentException(
                $"{Tokens} tokens of {features} features are {(long)Tokens * features} floats in rows and {size} in panels, "
                + $"found {rowsLength} and {panelsLength}.");
        }
    }
}
