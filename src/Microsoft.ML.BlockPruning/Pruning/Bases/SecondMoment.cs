using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>E[x xᵀ] over tokens: float32 products a batch, float64 sums.</summary>
/// <param name="features">Features of x. The sum belongs to the dispose scope that is open when it is created.</param>
internal sealed class SecondMoment(int features)
{
    private readonly Tensor _sum = TorchDevice.Put(zeros(features, features, float64));
    private long _tokens;

    /// <summary>Adds tokens.</summary>
    /// <param name="values">[..., features] float32.</param>
    public void Add(Tensor values)
    {
        using var scope = NewDisposeScope();
        var rows = values.reshape(-1, features);
        SecondMoments.Accumulate(_sum, rows, rows);
        _tokens += rows.shape[0];
    }

    /// <summary>The mean; belongs to the open dispose scope.</summary>
    public Tensor Mean()
    {
        SecondMoments.Mirror(_sum);
        return _sum.Times(1.0 / _tokens);
    }
}

/// <summary>A LayerNorm without scale and offset.</summary>
internal static class Plain
{
    /// <summary>(x − mean) / √(variance + eps) over the last side; x itself where there is no norm.</summary>
    public static Tensor Norm(Tensor values, double? eps)
    {
        if (eps is null)
        {
            return values;
        }

        using var scope = NewDisposeScope();
        var centred = values.sub(values.mean([-1], keepdim: true));
        var variance = centred.mul(centred).mean([-1], keepdim: true);
        return centred.div(variance.Plus(TorchDevice.Put(tensor((float)eps.Value))).sqrt()).MoveToOuterDisposeScope();
    }
}
