using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Criteria;

/// <summary>
/// ½ E_z[z_k ⟨W_k, H u⟩], u = Σ_k z_k W_k, one random sign z_k per block: the diagonal of the Hessian in mask space, ½ W_kᵀ H W_k
/// (Hutchinson, 1990; AdaHessian's estimate per block, Yao et al., AAAI 2021).
/// </summary>
/// <remarks>
/// H = Hessian of <see cref="DivergenceLoss"/> at the dense network, the true Fisher without sampling. H u by central differences of the
/// gradient at w(1 ± ε z), projected on the blocks by <see cref="GateObserver"/>. Noisy from off-diagonal terms: the variance is
/// Σ_{l ≠ k} (W_kᵀ H W_l)² / probes, so an importance may come out negative. Cost: two passes per probe, of three forward passes each;
/// memory 16 bytes per block and a copy of the network.
/// </remarks>
internal sealed class HutchinsonCriterion : IBlockCriterion
{
    // Truncation error falls with its square, rounding error with its inverse; float32 gradients meet near 1e-7^(1/3).
    private const double Step = 5e-3;

    private readonly int _probes;

    /// <summary>Creates a criterion.</summary>
    /// <param name="probes">Draws of the signs to average over; at least one.</param>
    public HutchinsonCriterion(int probes = 32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(probes);
        _probes = probes;
    }

    public int Passes => 1 + (2 * _probes);

    public IReadOnlyList<LayerImportances> Rate(CriterionContext context)
    {
        LibTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)context.Seed, CPU);
        context.Calibrate();
        var loss = new DivergenceLoss(context.Dense, context.Calibration);
        Tensor[] sums =
        [
            .. context.Layers.Select(layer => TorchDevice.Put(zeros(layer.Blocks.BlockRows, layer.Blocks.BlockColumns, float64))),
        ];
        for (int probe = 0; probe < _probes; probe++)
        {
            using var probeScope = NewDisposeScope();
            Tensor[] signs = [.. sums.Select(sum => Signs(sum.shape, generator))];
            var up = GatesAt(context, signs, Step, loss);
            var down = GatesAt(context, signs, -Step, loss);
            for (int l = 0; l < sums.Length; l++)
            {
                sums[l].Accumulate(TorchDevice.Put(signs[l]).mul(up[l].sub(down[l])).Times(1 / (2 * Step)));
            }
        }

        return [.. context.Layers.Zip(sums, (layer, sum) => BlockSums.ToImportances(layer, sum.Times(0.5 / _probes), context.OnStrip))];
    }

    private static Tensor Signs(long[] shape, Generator generator)
    {
        using var scope = NewDisposeScope();
        var signs = rand(shape, float64, generator: generator).round().Times(2);
        signs.Accumulate(-1);
        return signs.MoveToOuterDisposeScope();
    }

    // E_n s[n, k] of the network whose blocks are scaled by 1 + step · z_k.
    private static Tensor[] GatesAt(CriterionContext context, Tensor[] signs, double step, ICalibrationLoss loss)
    {
        var moved = context.Dense.Clone();
        foreach (var ((layer, sign), weights) in context.Layers.Zip(signs).Zip(moved.PrunableLayers))
        {
            Move(layer, TorchDevice.Read<double>(sign), step, weights);
        }

        GateMoments[] gates = [.. context.Layers.Select(layer => new GateMoments(layer))];
        new CalibrationPass(moved, context.Calibration, context.Seed, loss)
            .Run([.. gates.Select(layer => new ILayerObserver[] { layer })], context.OnBatch);
        return [.. gates.Select(layer => layer.Mean())];
    }

    private static void Move(PrunableLayer layer, double[] signs, double step, LinearWeights weights)
    {
        var blocks = layer.Blocks;
        for (int i = 0; i < weights.Weight.Length; i++)
        {
            int row = i / blocks.Columns / blocks.Shape.Height;
            int column = i % blocks.Columns / blocks.Shape.Width;
            weights.Weight[i] = (float)(weights.Weight[i] * (1 + (step * signs[(row * blocks.BlockColumns) + column])));
        }
    }
}
