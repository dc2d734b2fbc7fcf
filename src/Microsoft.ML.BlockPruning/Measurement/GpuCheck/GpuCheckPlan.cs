using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>What a check of a GPU compares and times.</summary>
/// <param name="Agreements">Networks that are scored on both.</param>
/// <param name="Timings">Layers that are timed; in each group the dense one.</param>
/// <param name="WarmUps">Runs that do not count.</param>
/// <param name="Runs">Runs that do.</param>
internal sealed record GpuCheckPlan(IReadOnlyList<AgreementCase> Agreements, IReadOnlyList<TimingCase> Timings, int WarmUps, int Runs)
{
    private const int DeiTTokens = 197;

    private static readonly int[] Sides = [16, 32, 64];
    private static readonly NumberFormat[] Elements = [NumberFormat.Float16, NumberFormat.BFloat16, NumberFormat.Float32];
    private static readonly int[] HeadWidths = [32, 64, 128];
    private static readonly double[] Keeps = [1, 0.5, 0.3, 0.1];
    private static readonly int[] Batches = [1, 32, 256];

    private static readonly (string Name, int OutFeatures, int InFeatures)[] Layers =
    [
        ("DeiT-S fc1", 1536, 384), ("DeiT-S fc2", 384, 1536), ("DeiT-B qkv", 2304, 768), ("DeiT-B fc1", 3072, 768),
        ("DeiT-B fc2", 768, 3072),
    ];

    /// <summary>Every linear kernel in every type, with every attention kernel; DeiT's layers by block, keep and batch.</summary>
    public static GpuCheckPlan Full { get; } = new(
        [
            .. from element in Elements from height in Sides from width in Sides
               select new AgreementCase(NetworkOf(HeadWidths[Array.IndexOf(Sides, width)]), new BlockShape(height, width), element),
            .. from element in Elements select new AgreementCase(Readouts(), new BlockShape(16, 16), element),
            .. from element in Elements
               select new AgreementCase(ViT.Of(new ViTConfig(224, 16, 3, 384, 2, 6, 1536, 1000)), new BlockShape(32, 32), element),
        ],
        [
            .. from layer in Layers from images in Batches from side in Sides from keep in Keeps
               select new TimingCase(layer.Name, layer.OutFeatures, layer.InFeatures, new BlockShape(side, side), keep, images, DeiTTokens),
        ],
        WarmUps: 20,
        Runs: 100);

    /// <summary>Distilled, 66 tokens, widths that blocks of 64 do not divide.</summary>
    private static NetworkSpec NetworkOf(int headWidth) =>
        ViT.Of(new ViTConfig(64, 8, 3, headWidth * 3, 2, 3, 328, 10, isDistilled: true));

    /// <summary>The same with what no ViT has: norms before the first layer and of pooled tokens, a mean, other forms of GELU.</summary>
    private static NetworkSpec Readouts()
    {
        var vit = NetworkOf(HeadWidths[0]);
        NormSpec Norm(string name) => new(name, vit.Stem.Patch.OutFeatures, 1e-6f);
        return new NetworkSpec(
            "readouts", vit.ImageSize, vit.Channels, vit.Stem with { Norm = Norm("norm_pre") },
            [.. vit.Steps.Cast<BranchSpec>().Select((branch, index) => branch.Middle is GeluSpec
                ? branch with { Middle = new GeluSpec(index == 1 ? GeluForm.Tanh : GeluForm.Quick) }
                : branch)],
            norm: null,
            [
                vit.Heads[0] with { Pooling = new MeanPooling(2), Norm = Norm("fc_norm") },
                vit.Heads[1] with { Norm = Norm("token_norm") },
            ]);
    }
}
