using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>The layers of an MLP without hidden features that no block of the second reads: smaller matrices, the same sums.</summary>
/// <remarks>Of the bundled network they are a third at half of its multiply-adds, two thirds at a quarter.</remarks>
internal static class OnnxHidden
{
    /// <param name="first">Gives the features, each of which is activated alone.</param>
    /// <param name="second">Reads them.</param>
    public static (OnnxLinear First, OnnxLinear Second) Of(SparseLinear first, SparseLinear second)
    {
        bool[] kept = second.Weight.KeptColumns();
        int[] read = [.. Enumerable.Range(0, second.Weight.Columns).Where(column => kept[column / second.Weight.Block.Width])];
        var (whole, reading) = (OnnxLinear.Of(first), OnnxLinear.Of(second));
        return read.Length is 0 || read.Length == second.Weight.Columns
            ? (whole, reading) // a matrix has a side at least
            : (whole.Rows(read), reading.Columns(read));
    }
}
