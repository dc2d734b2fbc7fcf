using TorchSharp.Modules;
using static TorchSharp.torch;

namespace TrainViT;

/// <summary>One matrix [rows, columns] of a weight that holds several, one above the other.</summary>
internal sealed record MuonMatrix(Parameter Weight, int Index, long Rows)
{
    public long Columns => Weight.shape[1];

    /// <summary>A view of the weight's rows.</summary>
    public Tensor Value => Weight.narrow(0, Index * Rows, Rows);

    /// <summary>A view of the gradient's rows.</summary>
    public Tensor Gradient => Weight.grad!.narrow(0, Index * Rows, Rows);
}
