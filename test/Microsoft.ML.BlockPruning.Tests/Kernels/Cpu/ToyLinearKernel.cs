using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.Isa;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu;

/// <summary>A row that has nothing in common with the list's: it packs a dense array, and sums in double from the last k on.</summary>
internal sealed unsafe class ToyLinearKernel() : LinearKernel(new KernelTraits(
    "toy-1x1", "none", new KernelTile(1, 1), ProductFormat.Float32, new ArithmeticClass("double-descending")))
{
    public override bool IsSupported => true;

    /// <summary>How often it was asked.</summary>
    public int Calls { get; private set; }

    public override PackedLinear Pack(BlockSparseMatrix weight, ReadOnlySpan<float> bias) => new DenseRows(weight, bias);

    public override void Multiply(
        PackedLinear linear, (int First, int End) strips, byte* x, int lanes, Epilogue epilogue, float* residual, float* y)
    {
        Calls++;
        var rows = (DenseRows)linear;
        for (int i = strips.First * PanelLayout.StripFeatures * lanes; i < strips.End * PanelLayout.StripFeatures * lanes; i++)
        {
            double sum = rows.Times(i / lanes, (float*)x + (i % lanes), lanes);
            y[i] = (float)(epilogue switch
            {
                Epilogue.Gelu => VectorMathTests.ExactGelu(sum),
                Epilogue.TanhGelu => ReferenceMath.TanhGelu(sum),
                Epilogue.QuickGelu => ReferenceMath.QuickGelu(sum),
                Epilogue.AddResidual => residual[i] + sum,
                _ => sum,
            });
        }
    }

    private sealed class DenseRows(BlockSparseMatrix weight, ReadOnlySpan<float> bias) : PackedLinear(weight, bias, ProductFormat.Float32)
    {
        private readonly float[] _weight = weight.ToDense();
        private readonly float[] _bias = bias.ToArray();

        public override long WeightBytes => BlockCodecs.Float32.BytesOf(_weight.Length);

        protected override long CostBefore(int strip) => strip;

        public double Times(int row, float* x, int stride)
        {
            if (row >= OutFeatures)
            {
                return 0; // padding
            }

            double sum = 0;
            for (int k = InFeatures - 1; k >= 0; k--)
            {
                sum += (double)_weight[(row * InFeatures) + k] * x[k * stride];
            }

            return sum + _bias[row];
        }

        public override void Dispose()
        {
        }
    }
}
