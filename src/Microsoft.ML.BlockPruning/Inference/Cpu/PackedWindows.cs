using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Attention within windows in the kernels' form.</summary>
internal sealed unsafe class PackedWindows : IDisposable
{
    private readonly NativeBuffer _table;

    /// <summary>Cuts the tokens into windows.</summary>
    /// <param name="spec">Heads and windows.</param>
    /// <param name="live">The heads that are computed.</param>
    /// <param name="layout">Tokens of an image.</param>
    /// <param name="table">[distances, heads]: the bias.</param>
    /// <param name="padding">[Image.QkvFeatures]: q, k and v where a window holds no token.</param>
    public PackedWindows(WindowAttentionSpec spec, LiveUnits live, PanelLayout layout, float[] table, float[] padding)
    {
        Grid = new WindowGrid(layout.Tokens, spec.Window, spec.Shift);
        Padding = padding;
        Distances = table.Length / spec.Heads;
        WholeHead = ShapeOf(spec);
        Image = live.ShapeOf(spec, layout);
        Heads = [.. Enumerable.Range(0, Image.Heads).Select(head => WholeHead with { ValueStarts = [0, Image.WidthOf(2, head)] })];
        Places = [.. Enumerable.Range(0, Grid.Slots).Select(Grid.PlaceOf)];
        Regions = [.. Enumerable.Range(0, WindowGrid.Kinds).Select(
            kind => Enumerable.Range(0, Grid.Slots).Select(slot => Grid.RegionOf(kind, slot)).ToArray())];
        Runs = [.. Enumerable.Range(0, Grid.PerSide * Grid.PerSide).Select(RunsOf)];

        // A head's values lie together. They are added before the scores are divided by √headDim.
        float root = MathF.Sqrt(spec.HeadDim);
        Apart = WindowGrid.Apart * root;
        _table = NativeBuffer.OfFloats(Image.Heads * (long)Distances);
        for (int i = 0; i < Image.Heads * Distances; i++)
        {
            _table.Floats[i] = table[(i % Distances * spec.Heads) + live.Heads[i / Distances]] * root;
        }
    }

    public WindowGrid Grid { get; }

    /// <summary>[Image.QkvFeatures]: q, k and v where a window holds no token.</summary>
    public float[] Padding { get; }

    /// <summary>All heads over an image: what lies where in q, k and v, and in the result.</summary>
    public AttentionShape Image { get; }

    /// <summary>Of each head in one window, whose slots are the tokens.</summary>
    public AttentionShape[] Heads { get; }

    /// <summary>Of a head that has all its values, in one window: none needs more memory.</summary>
    public AttentionShape WholeHead { get; }

    /// <summary>Values of a head in <see cref="Table"/>.</summary>
    public int Distances { get; }

    /// <summary>[heads, distances]: the bias times √headDim.</summary>
    public float* Table => _table.Floats;

    /// <summary>What is added between regions, times √headDim.</summary>
    public float Apart { get; }

    /// <summary>By slot: <see cref="WindowGrid.PlaceOf"/>.</summary>
    public int[] Places { get; }

    /// <summary>By kind of windows, then by slot: <see cref="WindowGrid.RegionOf"/>.</summary>
    public int[][] Regions { get; }

    /// <summary>By window: which tokens of an image its slots hold.</summary>
    public TokenRun[][] Runs { get; }

    /// <summary>A head in a window of a specification.</summary>
    public static AttentionShape ShapeOf(WindowAttentionSpec spec) => new(new PanelLayout(spec.Window * spec.Window), 1, spec.HeadDim);

    public void Dispose() => _table.Dispose();

    // Tokens beside each other, within a panel of the image and within one of the window.
    private TokenRun[] RunsOf(int window)
    {
        var runs = new List<TokenRun>();
        for (int slot = 0; slot < Grid.Slots; slot++)
        {
            int token = Grid.TokenAt(window, slot);
            bool goesOn = runs.Count > 0 && token >= 0 && runs[^1] is { Token: >= 0 } last && last.Token + last.Count == token
                && token % PanelLayout.PanelTokens != 0 && slot % PanelLayout.PanelTokens != 0;
            if (goesOn)
            {
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            }
            else
            {
                runs.Add(new TokenRun(slot, token, 1));
            }
        }

        return [.. runs];
    }
}

/// <summary>Tokens that lie beside each other in an image and in a window.</summary>
/// <param name="Slot">The first slot.</param>
/// <param name="Token">The token in it; −1 where it holds none.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct TokenRun(int Slot, int Token, int Count);
