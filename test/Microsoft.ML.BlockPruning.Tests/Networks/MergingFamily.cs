using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>A family whose tokens become fewer on the way: attention over 16 of them, a merge to 4 that are wider, and an MLP.</summary>
internal static class MergingFamily
{
    private const int Width = 6, Merged = 10, Patches = 16, Classes = 4;
    private const float Eps = 1e-5f;

    public static NetworkSpec Spec { get; } = new(
        "merging", imageSize: 8, channels: 1,
        new StemSpec(PatchSize: 2, new LinearSpec("patch", Width, 4, Patches), [], "position"),
        [
            new BranchSpec(
                "stages.0", new NormSpec("stages.0.norm", Width, Eps), new LinearSpec("stages.0.qkv", 18, Width, Patches, RowGroups: 3),
                new AttentionSpec(Heads: 2, HeadDim: 3), new LinearSpec("stages.0.proj", Width, 6, Patches)),
            new MergeSpec("merge", new NormSpec("merge.norm", 4 * Width, Eps), new LinearSpec("merge.reduction", Merged, 24, Patches / 4)),
            new BranchSpec(
                "stages.1", new NormSpec("stages.1.norm", Merged, Eps), new LinearSpec("stages.1.fc1", 14, Merged, Patches / 4),
                new GeluSpec(), new LinearSpec("stages.1.fc2", Merged, 14, Patches / 4)),
        ],
        new NormSpec("norm", Merged, Eps),
        [new HeadSpec(new MeanPooling(FirstToken: 0), new LinearSpec("head", Classes, Merged, Tokens: 1))]);
}
