using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>
/// A family that the library does not know: no prefix token, mean pooling, three layers of which none is an encoder layer: attention
/// narrower than the stream; an MLP alone; attention wider than the stream with an MLP.
/// </summary>
internal static class ToyFamily
{
    private const int Width = 12, Patches = 16, Classes = 5;
    private const float Eps = 1e-5f;

    public static NetworkSpec Spec { get; } = new(
        "toy", imageSize: 8, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("stem.patch", Width, 4, Patches), [], "stem.position"),
        [
            Attention("narrow", heads: 2, headDim: 4),
            Mlp("thinking", 20),
            Attention("wide", heads: 3, headDim: 8),
            Mlp("wide", 9),
        ],
        new NormSpec("last", Width, Eps),
        [new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("classes", Classes, Width, Tokens: 1))]);

    private static BranchSpec Attention(string layer, int heads, int headDim) => new(
        layer,
        new NormSpec($"{layer}.norm.mix", Width, Eps),
        new LinearSpec($"{layer}.look", 3 * heads * headDim, Width, Patches, RowGroups: 3),
        new AttentionSpec(heads, headDim),
        new LinearSpec($"{layer}.tell", Width, heads * headDim, Patches));

    private static BranchSpec Mlp(string layer, int hidden) => new(
        layer,
        new NormSpec($"{layer}.norm.think", Width, Eps),
        new LinearSpec($"{layer}.up", hidden, Width, Patches),
        new GeluSpec(),
        new LinearSpec($"{layer}.down", Width, hidden, Patches));
}
