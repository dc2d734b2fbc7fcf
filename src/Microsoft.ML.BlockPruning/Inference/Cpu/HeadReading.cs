using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Takes what a head reads out of the panels of many images, and lays it down with images as tokens.</summary>
/// <param name="layout">The tokens after the last step.</param>
/// <param name="features">Their features.</param>
internal sealed unsafe class HeadReading(PanelLayout layout, int features)
{
    private readonly int _padded = PanelLayout.PadFeatures(features);

    /// <summary>One token of every image.</summary>
    /// <param name="token">Its number.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="tokens">[count] panels of features.</param>
    /// <param name="read">Panels of features with images as tokens, written.</param>
    public void Take(int token, int count, float* tokens, float* read)
    {
        var batch = new PanelLayout(count);
        int panel = token / PanelLayout.PanelTokens, lanes = layout.LanesOf(panel);
        for (int image = 0; image < count; image++)
        {
            float* values = FirstOf(image, panel, tokens) + (token % PanelLayout.PanelTokens);
            for (int feature = 0; feature < features; feature++)
            {
                read[batch.IndexOf(image, feature, _padded)] = values[feature * lanes];
            }
        }
    }

    /// <summary>The mean of every image's tokens from one on, summed in order in float64 and rounded once.</summary>
    /// <inheritdoc cref="Take"/>
    public void Mean(int token, int count, float* tokens, float* read)
    {
        var batch = new PanelLayout(count);
        for (int image = 0; image < count; image++)
        {
            for (int feature = 0; feature < features; feature++)
            {
                read[batch.IndexOf(image, feature, _padded)] = MeanOf(image, feature, token, tokens);
            }
        }
    }

    private float MeanOf(int image, int feature, int first, float* tokens)
    {
        double sum = 0;
        for (int panel = first / PanelLayout.PanelTokens; panel < layout.Panels; panel++)
        {
            float* values = FirstOf(image, panel, tokens) + (feature * layout.LanesOf(panel));
            for (int lane = Math.Max(0, first - (panel * PanelLayout.PanelTokens)); lane < layout.TokensOf(panel); lane++)
            {
                sum += values[lane];
            }
        }

        return (float)(sum / (layout.Tokens - first));
    }

    private float* FirstOf(int image, int panel, float* tokens) =>
        tokens + (image * layout.SizeOf(_padded)) + PanelLayout.OffsetOf(panel, _padded);
}
