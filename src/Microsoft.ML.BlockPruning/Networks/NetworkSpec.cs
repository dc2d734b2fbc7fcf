using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>
/// A network as data: stem, steps over a residual stream, final norm, heads. Weights, costs, the training module, the packed form, the
/// files and the reports are walks over it. Immutable.
/// </summary>
public sealed partial class NetworkSpec
{
    /// <summary>Joins the parts and checks that they fit together.</summary>
    /// <exception cref="ArgumentException">They do not, or are too large; names the part.</exception>
    [JsonConstructor]
    internal NetworkSpec(
        string family, int imageSize, int channels, StemSpec stem, IReadOnlyList<StepSpec> steps, NormSpec? norm,
        IReadOnlyList<HeadSpec> heads)
    {
        Family = family;
        ImageSize = imageSize;
        Channels = channels;
        Stem = stem;
        Steps = steps;
        Norm = norm;
        Heads = heads;
        Check();
        Layers = [.. LayersOf(steps)];
        PrunableLinears = [.. steps.SelectMany(step => step.Linears)];
    }

    /// <summary>What people call networks of this kind, such as <c>vit</c>.</summary>
    public string Family { get; }

    /// <summary>Width and height of the input image, in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Channels of the input image: 1 (grey) or 3 (RGB).</summary>
    public int Channels { get; }

    /// <summary>Number of classes, the length of <c>Score</c>.</summary>
    [JsonIgnore]
    public int NumClasses => Heads[0].Linear.OutFeatures;

    /// <summary>Values of one image: channels × height × width.</summary>
    [JsonIgnore]
    public int ImageDim => Channels * ImageSize * ImageSize;

    [JsonInclude]
    internal StemSpec Stem { get; }

    /// <summary>In forward order.</summary>
    [JsonInclude]
    internal IReadOnlyList<StepSpec> Steps { get; }

    /// <summary>Of all tokens after the last step, before heads pool them; null where there is none.</summary>
    [JsonInclude]
    internal NormSpec? Norm { get; }

    /// <summary>At least one, all of the same classes.</summary>
    [JsonInclude]
    internal IReadOnlyList<HeadSpec> Heads { get; }

    /// <summary>The steps by layer.</summary>
    internal IReadOnlyList<LayerSpec> Layers { get; }

    /// <summary>The layers that may lose blocks, in forward order: the linear layers of the steps.</summary>
    internal IReadOnlyList<LinearSpec> PrunableLinears { get; }

    /// <summary>Patches along one side of the image.</summary>
    internal int GridSize => ImageSize / Stem.PatchSize;

    /// <summary>Tokens of one image after the stem.</summary>
    internal int Tokens => (GridSize * GridSize) + Stem.PrefixTokens.Count;

    /// <summary>Tokens of one image after the last step.</summary>
    internal int FinalTokens => Steps.Count == 0 ? Tokens : Steps[^1].Linears[^1].Tokens;

    /// <summary>Tokens of one image before a step.</summary>
    internal int TokensBefore(int step) => step == 0 ? Tokens : Steps[step - 1].Linears[^1].Tokens;

    /// <summary>Features of a token after the last step.</summary>
    internal int FinalFeatures => Heads[0].Linear.InFeatures;

    /// <summary>Every norm, in forward order.</summary>
    internal IEnumerable<NormSpec> Norms =>
        [.. Some(Stem.Norm), .. Steps.Select(step => step.Norm), .. Some(Norm), .. Heads.SelectMany(head => Some(head.Norm))];

    /// <summary>Values of one patch: channels × patch height × patch width.</summary>
    internal int PatchDim => Channels * Stem.PatchSize * Stem.PatchSize;

    /// <summary>Whether another network has the same parts under the same names.</summary>
    internal bool HasSameParts(NetworkSpec other) =>
        (Family, ImageSize, Channels, Norm) == (other.Family, other.ImageSize, other.Channels, other.Norm)
        && (Stem.PatchSize, Stem.Patch, Stem.Position, Stem.Norm)
            == (other.Stem.PatchSize, other.Stem.Patch, other.Stem.Position, other.Stem.Norm)
        && Stem.PrefixTokens.SequenceEqual(other.Stem.PrefixTokens) && Steps.SequenceEqual(other.Steps) && Heads.SequenceEqual(other.Heads);

    private static NormSpec[] Some(NormSpec? norm) => norm is null ? [] : [norm];

    // Steps of a layer follow each other; Check has seen to it.
    private static IEnumerable<LayerSpec> LayersOf(IReadOnlyList<StepSpec> steps) =>
        steps.GroupBy(step => step.Layer, StringComparer.Ordinal).Select(layer => new LayerSpec(layer.Key, [.. layer]));
}
