using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>The removed blocks of a plan as boolean tensors, one per masked weight.</summary>
internal sealed class RemovedBlocks : IDisposable
{
    private readonly Dictionary<string, Tensor> _removed = new(StringComparer.Ordinal);

    /// <summary>Makes the tensors; one byte per weight of a masked layer.</summary>
    /// <param name="plan">Masks by layer name; a plan without masks removes nothing.</param>
    public RemovedBlocks(SparsityPlan plan)
    {
        foreach (var (name, mask) in plan.Masks)
        {
            using var scope = NewDisposeScope();
            var elements = TorchDevice.Put(tensor(Elements(mask)));
            _removed.Add($"{name}.weight", elements.reshape(mask.Rows, mask.Columns).DetachFromDisposeScope());
        }
    }

    /// <summary>Sets the removed elements of a weight, of its gradient or of anything of its shape to +0.</summary>
    /// <param name="parameterName">Its canonical name; one that no mask covers is left as it is.</param>
    /// <param name="values">[rows, columns] of that weight.</param>
    public void Clear(string parameterName, Tensor values)
    {
        if (_removed.TryGetValue(parameterName, out var where))
        {
            values.Clear(where);
        }
    }

    public void Dispose()
    {
        foreach (var tensor in _removed.Values)
        {
            tensor.Dispose();
        }
    }

    private static bool[] Elements(BlockMask mask)
    {
        bool[] removed = new bool[mask.Rows * mask.Columns];
        for (int i = 0; i < removed.Length; i++)
        {
            removed[i] = !mask[i / mask.Columns / mask.Shape.Height, i % mask.Columns / mask.Shape.Width];
        }

        return removed;
    }
}
