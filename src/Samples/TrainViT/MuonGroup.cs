using System.Diagnostics;
using TorchSharp;
using static TorchSharp.torch;

namespace TrainViT;

/// <summary>Matrices of one shape that <see cref="Muon"/> steps together, with their momentum [matrices, rows, columns].</summary>
internal sealed class MuonGroup : IDisposable
{
    private const int Iterations = 5;

    // TorchSharp 0.107 does not hold a scalar during a call, so a number handed over as it is may be freed by then: these are held.
    private static readonly Scalar One = 1.0.ToScalar();
    private static readonly Scalar Beta = 0.95.ToScalar(); // of the momentum
    private static readonly Scalar Smallest = 1e-7.ToScalar();
    private static readonly Scalar Linear = 3.4445.ToScalar(); // x, x³, x⁵ of the iteration's polynomial
    private static readonly Scalar Cubic = (-4.7750).ToScalar();
    private static readonly Scalar Quintic = 2.0315.ToScalar();
    private readonly MuonMatrix[] _matrices;
    private readonly double _weightDecay;
    private readonly ScalarType _precision;

    public MuonGroup(MuonMatrix[] matrices, double weightDecay, ScalarType precision)
    {
        _matrices = matrices;
        _weightDecay = weightDecay;
        _precision = precision;
        Momentum = zeros(matrices.Length, matrices[0].Rows, matrices[0].Columns).DetachFromDisposeScope();
    }

    public Tensor Momentum { get; }

    /// <summary>One step; the caller's dispose scope takes the temporaries.</summary>
    public void Step(double rate)
    {
        var gradient = stack(_matrices.Select(matrix => matrix.Gradient));
        Momentum.mul_(Beta).add_(gradient, One);
        var direction = Orthogonal(gradient.add(Momentum, Beta).to(_precision)).to(float32); // Nesterov's

        // The entries of an orthogonal matrix are 1 / √(larger side) in the root mean square, those of AdamW's step about 0.2 (Liu et
        // al., 2025, eq. 4): scaled like that, both optimisers take one learning rate and one weight decay.
        double scale = 0.2 * Math.Sqrt(Math.Max(_matrices[0].Rows, _matrices[0].Columns));
        using var kept = (1 - (rate * _weightDecay)).ToScalar();
        using var step = (-rate * scale).ToScalar();
        for (int i = 0; i < _matrices.Length; i++)
        {
            _matrices[i].Value.mul_(kept).add_(direction[i], step);
        }
    }

    public void Dispose() => Momentum.Dispose();

    /// <summary>
    /// Each matrix with its singular values brought to between 0.7 and 1.2, by a quintic Newton-Schulz iteration; nearer to one is
    /// no better in training (Jordan et al., 2024).
    /// </summary>
    /// <param name="matrices">[matrices, rows, columns].</param>
    internal static Tensor Orthogonal(Tensor matrices)
    {
        Debug.Assert(matrices.dim() == 3, "a batch of matrices");
        bool tall = matrices.shape[1] > matrices.shape[2];
        var x = tall ? matrices.transpose(1, 2) : matrices; // the small side first, so that x xᵀ is the small product
        x = x.div(x.mul(x).sum([1L, 2L], keepdim: true).sqrt().add(Smallest, One)); // singular values of at most one
        for (int i = 0; i < Iterations; i++)
        {
            var gram = x.matmul(x.transpose(1, 2));
            x = x.mul(Linear).add(gram.mul(Cubic).add(gram.matmul(gram).mul(Quintic), One).matmul(x), One);
        }

        return tall ? x.transpose(1, 2) : x;
    }
}
