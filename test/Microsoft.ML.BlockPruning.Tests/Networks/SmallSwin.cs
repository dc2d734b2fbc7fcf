using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

/// <summary>A Swin transformer of two stages: 64 tokens in shifted windows of 4x4, a merge to 16, and windows that cover them.</summary>
internal static class SmallSwin
{
    public static NetworkSpec Spec { get; } = Swin.Of(new SwinSizes(
        ImageSize: 16, PatchSize: 2, Channels: 1,
        [
            new SwinStage(Width: 6, Depth: 2, Heads: 2, Window: 4, MlpDim: 10),
            new SwinStage(Width: 10, Depth: 1, Heads: 2, Window: 4, MlpDim: 12),
        ],
        NumClasses: 4));
}
