using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>
/// Sorts the hidden units of every MLP by what they give to the stream, Var(h) ‖w‖² with w the unit's column of the second matrix, then
/// puts those into one strip that read and write the same blocks.
/// </summary>
/// <remarks>
/// A permutation of the first matrix's rows and the second one's columns: exact for any activation of single features. A unit adds to the
/// tiles of its strip, of the first matrix, ‖w‖² Σ W² E[a²] over a block of inputs, and of the second Var(h) Σ W² over a block of outputs.
/// </remarks>
internal sealed class HiddenUnits : IBasisChange
{
    public void Apply(BasisNetwork network, BasisTask task)
    {
        var found = new List<(BranchSpec Mlp, UnitStrips Strips)>();
        foreach (var (index, step) in network.Spec.Steps.Index())
        {
            if (step is not BranchSpec { Middle: GeluSpec } mlp)
            {
                continue;
            }

            if (task.HasZeroBlocks(mlp.First, mlp.Second))
            {
                task.Leave($"hidden units of {step.Layer}", "blocks of its matrices are zero in the file");
            }
            else
            {
                found.Add((mlp, StripsOf(network, task, mlp, task.Moments[index])));
            }
        }

        int[][] orders = new int[found.Count][];
        Parallel.For(0, orders.Length, i => orders[i] = found[i].Strips.Run());
        foreach (var ((mlp, _), units) in found.Zip(orders))
        {
            using var scope = NewDisposeScope();
            var order = TorchDevice.Put(tensor(units.Select(unit => (long)unit).ToArray(), int64));
            var first = network.WeightOf(mlp.First).index_select(0, order);
            network.Set(mlp.First, first, network.BiasOf(mlp.First).index_select(0, order));
            network.Set(mlp.Second, network.WeightOf(mlp.Second).index_select(1, order), network.BiasOf(mlp.Second));
        }
    }

    private static UnitStrips StripsOf(BasisNetwork network, BasisTask task, BranchSpec mlp, StepMoments moments)
    {
        using var scope = NewDisposeScope();
        var first = network.WeightOf(mlp.First);
        var second = network.WeightOf(mlp.Second);
        var written = second.mul(second).mul(moments.Hidden!);
        var reach = second.mul(second).sum([0]);
        var read = first.mul(first).mul(moments.Normed.diagonal()).mul(reach.unsqueeze(1));
        var (inputs, outputs) = (task.BlockOf(mlp.First), task.BlockOf(mlp.Second));
        double[] energies = TorchDevice.Read<double>(
            cat([SumBlocks(read, inputs.Width), SumBlocks(written.t(), outputs.Height)], 1).contiguous());
        int units = mlp.Second.InFeatures;
        int[] order = [.. TorchDevice.Read<long>(BasisAlgebra.FallingOrder(written.sum([0]))).Select(unit => (int)unit)];
        return new UnitStrips(order, energies, energies.Length / units, Math.Min(units, Math.Max(inputs.Height, outputs.Width)));
    }

    // [units, features] → [units, blocks]
    private static Tensor SumBlocks(Tensor values, int width)
    {
        using var scope = NewDisposeScope();
        long missing = (width - (values.shape[1] % width)) % width;
        return nn.functional.pad(values, (0, missing)).reshape(values.shape[0], -1, width).sum([2]).MoveToOuterDisposeScope();
    }
}
