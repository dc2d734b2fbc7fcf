using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>How many leading panels of an image the two halves of a step compute: those that somebody reads.</summary>
/// <param name="First">The norm and the first linear layer; what a merge gathers, which is counted in panels of its result.</param>
/// <param name="Second">The middle and the last linear layer.</param>
/// <remarks>
/// Heads read some tokens. Walking back from them, every step needs the same panels, up to the last that mixes tokens: it answers for
/// these panels but reads them all, and so does whatever comes before. In a ViT one panel is left of the last layer after its qkv.
/// </remarks>
internal readonly record struct StepPanels(int First, int Second)
{
    /// <summary>Of every step.</summary>
    public static StepPanels[] Of(NetworkSpec spec)
    {
        var panels = new StepPanels[spec.Steps.Count];
        int needed = spec.Heads.Max(head => PanelsReadBy(head, new PanelLayout(spec.FinalTokens)));
        for (int i = panels.Length - 1; i >= 0; i--)
        {
            switch (spec.Steps[i])
            {
                case BranchSpec branch:
                    int first = branch.Middle.MixesTokens ? new PanelLayout(branch.First.Tokens).Panels : needed;
                    panels[i] = new StepPanels(first, needed);
                    needed = first;
                    break;
                case MergeSpec:
                    panels[i] = new StepPanels(needed, needed);
                    needed = new PanelLayout(spec.TokensBefore(i)).Panels;
                    break;
            }
        }

        return panels;
    }

    /// <summary>Of a linear layer of a step.</summary>
    /// <exception cref="ArgumentException">No step has it.</exception>
    public static int Of(NetworkSpec spec, LinearSpec linear)
    {
        var panels = Of(spec);
        for (int i = 0; i < panels.Length; i++)
        {
            if (spec.Steps[i].Linears.Contains(linear))
            {
                return linear == spec.Steps[i].Linears[^1] ? panels[i].Second : panels[i].First;
            }
        }

        throw new ArgumentException($"'{linear.Name}' is in no step of the network.", nameof(linear));
    }

    private static int PanelsReadBy(HeadSpec head, PanelLayout layout) =>
        head.Pooling is TokenPooling pooling ? (pooling.Token / PanelLayout.PanelTokens) + 1 : layout.Panels;
}
