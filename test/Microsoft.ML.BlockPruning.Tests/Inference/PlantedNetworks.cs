using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>Networks some of whose second layers read nothing of some inputs, and twins that read them with weights of zero.</summary>
/// <remarks>A twin has nothing to cut, for it holds the blocks; in finite numbers what it adds is zero, bit for bit.</remarks>
internal static class PlantedNetworks
{
    private static readonly ViTConfig QuickConfig = new(32, 4, 1, 32, 2, 4, 52, 3);

    /// <summary>Heads that strips of eight divide; a hidden width that they do not; tokens that windows do not divide.</summary>
    public static IReadOnlyDictionary<string, NetworkSpec> Specs { get; } = new Dictionary<string, NetworkSpec>
    {
        ["ViT of two heads of 32"] = ViT.Of(RandomNetworks.Small),
        ["ViT of three heads of 16, 100 hidden"] = ViT.Of(new ViTConfig(32, 8, 3, 48, 2, 3, 100, 5)),
        ["ViT of four heads of 8, quick"] = ViT.Of(QuickConfig, ViTVariant.Of(QuickConfig) with { Activation = GeluForm.Quick }),
        ["Swin"] = Swin.Of(new SwinSizes(
            ImageSize: 16, PatchSize: 2, Channels: 1,
            [
                new SwinStage(Width: 32, Depth: 2, Heads: 2, Window: 3, MlpDim: 44),
                new SwinStage(Width: 48, Depth: 1, Heads: 3, Window: 4, MlpDim: 96),
            ],
            NumClasses: 4)),
    };

    /// <summary>Which inputs of second layers no block is to read, as far as whole blocks lie among them.</summary>
    public static IReadOnlyDictionary<string, Func<BranchSpec, int, bool>> Plantings { get; } =
        new Dictionary<string, Func<BranchSpec, int, bool>>
        {
            ["none"] = (_, _) => false,
            ["units, the last of them too"] = (branch, input) =>
                branch.Middle is GeluSpec && (input / 24 % 2 == 1 || input >= branch.Second.InFeatures - 4),
            ["all units but some in the middle"] = (branch, input) => branch.Middle is GeluSpec && input is < 20 or >= 34,
            ["first head"] = (branch, input) => branch.Middle is MultiHeadSpec heads && input < heads.HeadDim,
            ["last head, and values of others"] = (branch, input) => branch.Middle is MultiHeadSpec heads
                && (input >= branch.Second.InFeatures - heads.HeadDim || input / 8 % 3 == 1),
            ["units and values"] = (_, input) => input / 16 % 2 == 0,
            ["all that attention gives"] = (branch, _) => branch.Middle is MultiHeadSpec,
            ["all"] = (_, _) => true,
        };

    /// <summary>The oracle's weights, the planted network and its twin.</summary>
    public static (NetworkWeights Weights, SparseViT Cut, SparseViT Twin) Of(
        NetworkSpec spec, BlockShape block, string planting, NumberFormat format = NumberFormat.Float32)
    {
        var weights = RandomNetworks.Random(spec, seed: 1);
        var plan = RandomNetworks.Prune(weights, block, density: 0.6, seed: 2);
        var twin = new SparsityPlan();
        foreach (var linear in spec.PrunableLinears)
        {
            twin.Add(linear.Name, plan[linear.Name]!.Clone());
        }

        foreach (var branch in spec.Steps.OfType<BranchSpec>())
        {
            BlockMask cut = plan[branch.Second.Name]!, kept = twin[branch.Second.Name]!;
            for (int column = 0; column < cut.BlockColumns; column++)
            {
                int first = column * cut.Shape.Width;
                bool isDead = Enumerable.Range(first, cut.WidthOf(column)).All(input => Plantings[planting](branch, input));
                for (int row = 0; row < cut.BlockRows; row++)
                {
                    // Where a column is not planted, one block at least reads it: nothing else is dead.
                    cut[row, column] = !isDead && (cut[row, column] || row == column % cut.BlockRows);
                    kept[row, column] = isDead || cut[row, column];
                }
            }

            Mask(weights[branch.Second], cut);
        }

        return (weights, RandomNetworks.Sparse(weights, plan, format), RandomNetworks.Sparse(weights, twin, format));
    }

    private static void Mask(LinearWeights layer, BlockMask mask)
    {
        for (int i = 0; i < layer.Weight.Length; i++)
        {
            bool isKept = mask[i / layer.InFeatures / mask.Shape.Height, i % layer.InFeatures / mask.Shape.Width];
            layer.Weight[i] = isKept ? layer.Weight[i] : 0f;
        }
    }
}
