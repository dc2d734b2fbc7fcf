using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>Networks that are no ViT, so that nothing of a session can lean on what ViTs have in common.</summary>
internal static class SpecifiedNetworks
{
    private const float Eps = 1e-5f;

    /// <summary>64 tokens, then 16 of twice the features, then 4; the mean of the patches.</summary>
    public static NetworkSpec Merging { get; } = new(
        "merging", imageSize: 16, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 12, 4, 64), [], "position"),
        [
            Attention("a", 12, heads: 2, headDim: 6, tokens: 64),
            Merge("down1", 12, 20, tokens: 16),
            Attention("b", 20, heads: 1, headDim: 8, tokens: 16),
            Mlp("b", 20, hidden: 30, tokens: 16),
            Merge("down2", 20, 28, tokens: 4),
            Mlp("c", 28, hidden: 10, tokens: 4),
        ],
        new NormSpec("last", 28, Eps),
        [new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("classes", 6, 28, 1))]);

    /// <summary>Three heads over 67 tokens in two panels: a prefix token, one of the second panel, the mean of the patches.</summary>
    public static NetworkSpec ManyHeads { get; } = new(
        "many heads", imageSize: 16, channels: 3,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 10, 12, 64), ["one", "two", "three"], "position"),
        [
            Attention("a", 10, heads: 2, headDim: 7, tokens: 67),
            Mlp("a", 10, hidden: 24, tokens: 67),
        ],
        new NormSpec("last", 10, Eps),
        [
            new HeadSpec(new TokenPooling(0), new LinearSpec("first", 4, 10, 1)),
            new HeadSpec(new TokenPooling(60), new LinearSpec("later", 4, 10, 1)),
            new HeadSpec(new MeanPooling(FirstToken: 3), new LinearSpec("mean", 4, 10, 1)),
        ]);

    /// <summary>No attention at all, and a head over the second of two panels.</summary>
    public static NetworkSpec Unmixed { get; } = new(
        "unmixed", imageSize: 16, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 9, 4, 64), [], "position"),
        [Mlp("a", 9, hidden: 11, tokens: 64)],
        new NormSpec("last", 9, Eps),
        [new HeadSpec(new TokenPooling(50), new LinearSpec("classes", 3, 9, 1))]);

    /// <summary>GELU in each of its forms.</summary>
    public static NetworkSpec Gelus { get; } = new(
        "gelus", imageSize: 8, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 11, 4, 16), ["one"], "position"),
        [
            Attention("a", 11, heads: 2, headDim: 5, tokens: 17),
            Mlp("a", 11, hidden: 21, tokens: 17, GeluForm.Tanh),
            Attention("b", 11, heads: 1, headDim: 8, tokens: 17),
            Mlp("b", 11, hidden: 20, tokens: 17, GeluForm.Quick),
            Mlp("c", 11, hidden: 9, tokens: 17),
        ],
        new NormSpec("last", 11, Eps),
        [new HeadSpec(new TokenPooling(0), new LinearSpec("classes", 6, 11, 1))]);

    /// <summary>
    /// Windows of 49 slots, more than a panel has; shifted ones; some that do not divide the 14x14 and then 7x7 tokens; one that covers
    /// them, one that is larger; a merge of odd sides; heads of any width.
    /// </summary>
    public static NetworkSpec Windowed { get; } = new(
        "windowed", imageSize: 28, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 12, 4, 196), [], "position"),
        [
            Windows("a", 12, heads: 2, headDim: 6, tokens: 196, window: 7, shift: 0),
            Windows("b", 12, heads: 1, headDim: 8, tokens: 196, window: 7, shift: 3),
            Mlp("b", 12, hidden: 20, tokens: 196),
            Windows("c", 12, heads: 3, headDim: 4, tokens: 196, window: 4, shift: 2),
            Merge("down", 12, 20, tokens: 49),
            Windows("d", 20, heads: 2, headDim: 10, tokens: 49, window: 7, shift: 0),
            Windows("e", 20, heads: 2, headDim: 10, tokens: 49, window: 5, shift: 2),
            Mlp("e", 20, hidden: 10, tokens: 49),
            Merge("odd", 20, 14, tokens: 16),
            Windows("f", 14, heads: 2, headDim: 7, tokens: 16, window: 5, shift: 0),
        ],
        new NormSpec("last", 14, Eps),
        [new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("classes", 6, 14, 1))]);

    /// <summary>What a GPU can run of what no ViT has: attention wider and narrower than the stream, a head over some patch.</summary>
    public static NetworkSpec ForTheGpu { get; } = new(
        "for the GPU", imageSize: 8, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 32, 4, 16), ["one"], "position"),
        [
            Attention("a", 32, heads: 3, headDim: 16, tokens: 17),
            Mlp("a", 32, hidden: 40, tokens: 17),
            Attention("b", 32, heads: 1, headDim: 16, tokens: 17),
            Mlp("b", 32, hidden: 16, tokens: 17),
            Mlp("c", 32, hidden: 48, tokens: 17),
        ],
        new NormSpec("last", 32, Eps),
        [
            new HeadSpec(new TokenPooling(0), new LinearSpec("first", 5, 32, 1)),
            new HeadSpec(new TokenPooling(9), new LinearSpec("patch", 5, 32, 1)),
            new HeadSpec(new TokenPooling(0), new LinearSpec("first again", 5, 32, 1)),
        ]);

    /// <summary>Tokens are normed before the first step and the means after they are pooled; there is no norm in between.</summary>
    public static NetworkSpec OtherNorms { get; } = new(
        "other norms", imageSize: 16, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 14, 4, 64), ["one"], "position", new NormSpec("norm of all", 14, Eps)),
        [
            Attention("a", 14, heads: 2, headDim: 7, tokens: 65),
            Mlp("a", 14, hidden: 20, tokens: 65),
        ],
        norm: null,
        [
            new HeadSpec(new MeanPooling(FirstToken: 1), new LinearSpec("mean", 4, 14, 1), new NormSpec("norm of means", 14, Eps)),
            new HeadSpec(new TokenPooling(0), new LinearSpec("token", 4, 14, 1), new NormSpec("norm of tokens", 14, Eps)),
            new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("bare", 4, 14, 1)),
        ]);

    /// <summary>No positions, no prefix token, norms at both ends and of what is pooled.</summary>
    public static NetworkSpec WithoutPositions { get; } = new(
        "without positions", imageSize: 16, channels: 3,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 16, 12, 64), [], Position: null, new NormSpec("norm of all", 16, Eps)),
        [
            Mlp("a", 16, hidden: 20, tokens: 64),
            Merge("down", 16, 24, tokens: 16),
            Attention("b", 24, heads: 3, headDim: 8, tokens: 16),
        ],
        new NormSpec("last", 24, Eps),
        [new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("classes", 5, 24, 1), new NormSpec("pooled", 24, Eps))]);

    /// <summary>For a GPU, as CLIP and MAE have it: a norm before the first step and one of each mean, none between; registers.</summary>
    public static NetworkSpec MeansForTheGpu { get; } = new(
        "means for the GPU", imageSize: 8, channels: 3,
        new StemSpec(
            PatchSize: 2, new LinearSpec("stem", 40, 12, 16), ["one", "r1", "r2", "r3", "r4"], "position",
            new NormSpec("norm of all", 40, Eps)),
        [
            Attention("a", 40, heads: 2, headDim: 16, tokens: 21),
            Mlp("a", 40, hidden: 48, tokens: 21, GeluForm.Quick),
            Attention("b", 40, heads: 5, headDim: 8, tokens: 21),
            Mlp("b", 40, hidden: 24, tokens: 21, GeluForm.Tanh),
        ],
        norm: null,
        [
            new HeadSpec(new MeanPooling(FirstToken: 5), new LinearSpec("mean", 6, 40, 1), new NormSpec("norm of means", 40, Eps)),
            new HeadSpec(new TokenPooling(20), new LinearSpec("token", 6, 40, 1), new NormSpec("norm of tokens", 40, Eps)),
            new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("bare", 6, 40, 1)),
        ]);

    /// <summary>For a GPU: as DINOv2 and SigLIP have it: the last norm of all tokens, one of them and the mean of all; no prefix.</summary>
    public static NetworkSpec NormedMeansForTheGpu { get; } = new(
        "normed means for the GPU", imageSize: 8, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 24, 4, 16), [], "position"),
        [Attention("a", 24, heads: 1, headDim: 24, tokens: 16), Mlp("a", 24, hidden: 40, tokens: 16)],
        new NormSpec("last", 24, Eps),
        [
            new HeadSpec(new TokenPooling(3), new LinearSpec("token", 4, 24, 1)),
            new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("mean", 4, 24, 1), new NormSpec("of means", 24, Eps)),
        ]);

    /// <summary>For a GPU: no norm but those of the steps, so that a head reads the stream itself, of few classes.</summary>
    public static NetworkSpec BareForTheGpu { get; } = new(
        "bare for the GPU", imageSize: 8, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem", 24, 4, 16), ["one"], Position: null),
        [Mlp("a", 24, hidden: 40, tokens: 17), Attention("b", 24, heads: 1, headDim: 24, tokens: 17)],
        norm: null,
        [new HeadSpec(new TokenPooling(2), new LinearSpec("token", 2, 24, 1))]);

    public static IReadOnlyDictionary<string, NetworkSpec> All { get; } = new Dictionary<string, NetworkSpec>
    {
        ["toy"] = ToyFamily.Spec,
        ["merging"] = Merging,
        ["many heads"] = ManyHeads,
        ["unmixed"] = Unmixed,
        ["gelus"] = Gelus,
        ["windowed"] = Windowed,
        ["for the GPU"] = ForTheGpu,
        ["means for the GPU"] = MeansForTheGpu,
        ["normed means for the GPU"] = NormedMeansForTheGpu,
        ["bare for the GPU"] = BareForTheGpu,
        ["other norms"] = OtherNorms,
        ["without positions"] = WithoutPositions,
    };

    /// <summary>Random weights and masks of ragged blocks; the weights hold zeros where blocks were removed.</summary>
    public static (NetworkWeights Weights, SparseViT Pruned) Pruned(NetworkSpec spec, BlockShape block)
    {
        var weights = RandomNetworks.Random(spec, seed: 1);
        return (weights, RandomNetworks.Sparse(weights, RandomNetworks.Prune(weights, block, density: 0.6, seed: 2)));
    }

    private static BranchSpec Attention(string layer, int width, int heads, int headDim, int tokens) => new(
        layer,
        new NormSpec($"{layer}.norm.mix", width, Eps),
        new LinearSpec($"{layer}.look", 3 * heads * headDim, width, tokens, RowGroups: 3),
        new AttentionSpec(heads, headDim),
        new LinearSpec($"{layer}.tell", width, heads * headDim, tokens));

    private static BranchSpec Windows(string layer, int width, int heads, int headDim, int tokens, int window, int shift) =>
        Attention(layer, width, heads, headDim, tokens) with
        {
            Middle = new WindowAttentionSpec(heads, headDim, window, shift, $"{layer}.bias"),
        };

    private static BranchSpec Mlp(string layer, int width, int hidden, int tokens, GeluForm form = GeluForm.Exact) => new(
        layer,
        new NormSpec($"{layer}.norm.think", width, Eps),
        new LinearSpec($"{layer}.up", hidden, width, tokens),
        new GeluSpec(form),
        new LinearSpec($"{layer}.down", width, hidden, tokens));

    private static MergeSpec Merge(string layer, int from, int to, int tokens) =>
        new(layer, new NormSpec($"{layer}.norm", 4 * from, Eps), new LinearSpec($"{layer}.reduction", to, 4 * from, tokens));
}
