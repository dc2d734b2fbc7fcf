using Microsoft.ML.BlockPruning.Benchmarks.Kernels;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Parts;

/// <summary>The MLP of DeiT-S of whose hidden units half are dead: strips of 32, at random. For speed only: weights are random.</summary>
internal static class MlpProblem
{
    public const string Name = "DeiT-S mlp 1536x384";

    private const int Width = 384;
    private const int Hidden = 1536;

    private static readonly BlockShape Block = new(32, 32);

    private static readonly BranchSpec Spec = new(
        "mlp",
        new NormSpec("mlp.norm", Width, 1e-6f),
        new LinearSpec("mlp.fc1", Hidden, Width, LayerShape.Tokens),
        new GeluSpec(),
        new LinearSpec("mlp.fc2", Width, Hidden, LayerShape.Tokens));

    /// <summary>With the dead units: their rows of fc1 are empty, their columns of fc2 too.</summary>
    /// <param name="sparsity">Share of the other units' blocks that are removed too.</param>
    public static (SparseLinear First, SparseLinear Second) WithDeadUnits(double sparsity)
    {
        int[] strips = [.. Enumerable.Range(0, Hidden / Block.Height)];
        new Random(5).Shuffle(strips);
        var (first, second) = (MaskOf(Spec.First, sparsity), MaskOf(Spec.Second, sparsity));
        foreach (int dead in strips[..(strips.Length / 2)])
        {
            for (int other = 0; other < Width / Block.Width; other++)
            {
                first[dead, other] = false;
                second[other, dead] = false;
            }
        }

        return (LayerOf(Spec.First, first), LayerOf(Spec.Second, second));
    }

    /// <summary>The same without them, as a session packs it.</summary>
    public static (SparseLinear First, SparseLinear Second) Cut((SparseLinear First, SparseLinear Second) mlp)
    {
        var live = LiveUnits.Of(Spec, mlp.Second.Weight);
        return (live.First(mlp.First), live.Second(mlp.Second));
    }

    private static BlockMask MaskOf(LinearSpec linear, double sparsity) =>
        RandomMask.Create(linear.OutFeatures, linear.InFeatures, Block, sparsity, seed: 4);

    private static SparseLinear LayerOf(LinearSpec linear, BlockMask mask)
    {
        var problem = new LinearProblem(new LayerShape("DeiT-S", linear.Name, linear.OutFeatures, linear.InFeatures), batch: 1);
        return SparseLinear.FromDense(linear.Name, linear.OutFeatures, linear.InFeatures, problem.Weight, problem.Bias, mask);
    }
}
