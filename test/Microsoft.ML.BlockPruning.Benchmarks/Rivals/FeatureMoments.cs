using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Rivals;

/// <summary>First and second moments of features over tokens, in float64.</summary>
/// <remarks>Its tensors belong to the dispose scopes that are open when it is created and read.</remarks>
internal sealed class FeatureMoments(long features)
{
    private readonly Tensor _sum = zeros(features + 1, features + 1, float64); // of x̃ x̃ᵀ, x̃ = [x, 1]

    /// <summary>Tokens so far.</summary>
    public long Count { get; private set; }

    /// <summary>E[x xᵀ], [features, features].</summary>
    public Tensor Second => _sum.narrow(0, 0, features).narrow(1, 0, features).Times(1.0 / Count);

    /// <summary>E[x], [features].</summary>
    public Tensor Mean => _sum.select(1, features).narrow(0, 0, features).Times(1.0 / Count);

    /// <summary>E[x xᵀ] − E[x] E[x]ᵀ.</summary>
    public Tensor Covariance => Second.sub(Mean.outer(Mean));

    /// <summary>Takes tokens.</summary>
    /// <param name="values">[..., features].</param>
    public void Add(Tensor values)
    {
        using var scope = NewDisposeScope();
        var x = values.reshape(-1, features).to(float64).WithBias();
        _sum.Accumulate(x.t().mm(x));
        Count += x.shape[0];
    }
}
