using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>A case's numbers, what they come to in double, and the run on the device.</summary>
internal sealed class LinearSubject
{
    private readonly LinearCase _case;
    private readonly NumberFormat _element;
    private readonly BlockSparseMatrix _weight;
    private readonly float[] _x;
    private readonly float[]? _bias;
    private readonly float[] _residual;
    private readonly int _residualRows;

    public LinearSubject(LinearCase @case, BlockShape shape, NumberFormat element)
    {
        var random = new Random(1);
        _case = @case;
        _element = element;
        int rows = (@case.BlockRows * shape.Height) - @case.RaggedRows;
        int columns = (@case.BlockColumns * shape.Width) - @case.RaggedColumns;
        float[] weight = CudaLab.Round(TestNumbers.Draw(random, rows * columns, 0.3), element);
        _weight = BlockSparseMatrix.FromDense(weight, MaskOf(@case, rows, columns, shape, random));
        _x = TestNumbers.Draw(random, @case.Rows * columns, 1);
        PlantValues();
        _x = CudaLab.Round(_x, element);
        _bias = @case.HasBias ? TestNumbers.Draw(random, rows, 1) : null;
        _residualRows = @case.ResidualRows > 0 ? @case.ResidualRows : @case.Rows;
        _residual = @case.HasResidual ? CudaLab.Round(TestNumbers.Draw(random, _residualRows * rows, 1), element) : [];
    }

    public int OutFeatures => _weight.Rows;

    public int KeptBlocks => _weight.KeptBlocks;

    /// <summary>Runs the kernel.</summary>
    /// <returns>[rows, padded outFeatures], and whether what lies behind each row was left alone.</returns>
    public (float[] Y, int Padded, bool IsRestUntouched) Run(CudaLab lab)
    {
        var layer = lab.Own(new DeviceLinear(lab.Driver, _weight, _bias, _element, default));
        int padded = layer.PaddedOutFeatures;
        int yStride = padded + _case.ExtraStride;
        var x = lab.UploadRows(_x, _weight.Columns, layer.PaddedInFeatures, layer.PaddedInFeatures + _case.ExtraStride, _element);
        var residual = _case.HasResidual ? lab.UploadRows(_residual, OutFeatures, padded, padded + _case.ExtraStride, _element) : default;
        var y = _case.IsInPlace ? residual : new DeviceRows(lab.Reserve(_case.Rows, yStride, _element).Pointer, yStride);

        lab.Kernels.Linear(
            layer, _case.Rows, x, residual, _residualRows, _case.Activation, y, default);

        return Read(lab, y, padded);
    }

    /// <summary>[rows, outFeatures]: act(Σ x w + b) + r over the kept blocks.</summary>
    /// <remarks>
    /// A sum of n products in any order is off by at most n u Σ|x w| (Higham, "Accuracy and Stability", section 3.1); GELU's slope is
    /// at most 1.13 in each form, and its own error in float32 is less than 4e-7 of its argument: erf's, or what VectorMathTests derives
    /// for the other forms with an exponential that is as good.
    /// </remarks>
    public Interval[] Expect()
    {
        var expected = new Interval[_case.Rows * OutFeatures];
        double[] sums = new double[expected.Length];
        double[] sizes = new double[expected.Length];
        int[] terms = new int[OutFeatures];
        Accumulate(sums, sizes, terms);
        for (int i = 0; i < expected.Length; i++)
        {
            int feature = i % OutFeatures;
            double bias = _bias is null ? 0 : _bias[feature];
            double value = sums[i] + bias;
            double error = (terms[feature] + 2) * Interval.Roundoff * (sizes[i] + Math.Abs(bias));
            if (_case.Activation != CudaActivation.None)
            {
                error = (1.13 * error) + (4e-7 * Math.Abs(value));
                value = ReferenceMath.Gelu(FormOf(_case.Activation), value);
            }

            if (_case.HasResidual)
            {
                value += _residual[(i / OutFeatures % _residualRows * OutFeatures) + feature];
                error += Interval.Roundoff * Math.Abs(value);
            }

            expected[i] = new Interval(value, error);
        }

        return expected;
    }

    public static GeluForm FormOf(CudaActivation activation) => activation switch
    {
        CudaActivation.Gelu => GeluForm.Exact,
        CudaActivation.TanhGelu => GeluForm.Tanh,
        CudaActivation.QuickGelu => GeluForm.Quick,
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation, "is no GELU"),
    };

    private static BlockMask MaskOf(LinearCase @case, int rows, int columns, BlockShape shape, Random random)
    {
        var mask = new BlockMask(rows, columns, shape, keepAll: false);
        for (int r = 0; r < mask.BlockRows; r++)
        {
            for (int c = 0; c < mask.BlockColumns; c++)
            {
                mask[r, c] = @case.Pattern switch
                {
                    LinearPattern.All => true,
                    LinearPattern.EmptyRow => r != 1 && c != 2,
                    LinearPattern.OneBlock => c == (2 * r) % mask.BlockColumns,
                    LinearPattern.Half => c % 2 == 0,
                    _ => c == 0 || c == mask.BlockColumns - 1 || random.NextDouble() < 0.3 + (0.3 * r), // rows of different length
                };
            }
        }

        return mask;
    }

    private void PlantValues()
    {
        bool wide = _element != NumberFormat.Float16;
        float largest = wide ? 3.3e38f : 65504;
        float smallest = wide ? 1.2e-38f : 6.2e-5f;
        int columns = _weight.Columns;
        for (int row = 0; row < _case.Rows; row++)
        {
            var x = _x.AsSpan(row * columns, columns);
            switch (_case.Values)
            {
                case LinearValues.Extremes when row % 4 != 3:
                    x.Fill(row % 4 == 0 ? 0 : smallest / (row % 4 == 1 ? 1 : 64)); // the smallest normal and a subnormal
                    x[row % columns] = row % 4 == 0 ? largest : x[row % columns];
                    break;
                case LinearValues.Infinities when row % 3 == 0:
                    x[row % columns] = row % 2 == 0 ? float.PositiveInfinity : float.NegativeInfinity;
                    x[(row * 7) % columns] = float.PositiveInfinity;
                    break;
                case LinearValues.NaN when row % 5 == 0:
                    x[row % columns] = float.NaN;
                    break;
            }
        }
    }

    private void Accumulate(double[] sums, double[] sizes, int[] terms)
    {
        var shape = _weight.Block;
        for (int b = 0, r = 0; b < _weight.KeptBlocks; b++)
        {
            while (_weight.CrowIndices[r + 1] <= b)
            {
                r++;
            }

            int first = _weight.ColIndices[b] * shape.Width;
            int width = Math.Min(shape.Width, _weight.Columns - first);
            for (int n = r * shape.Height; n < Math.Min((r + 1) * shape.Height, OutFeatures); n++)
            {
                var w = _weight.Values.ToSingles().AsSpan(((b * shape.Height) + n - (r * shape.Height)) * shape.Width, width);
                terms[n] += width;
                for (int m = 0; m < _case.Rows; m++)
                {
                    var x = _x.AsSpan((m * _weight.Columns) + first, width);
                    for (int k = 0; k < width; k++)
                    {
                        double product = (double)x[k] * w[k];
                        sums[(m * OutFeatures) + n] += product;
                        sizes[(m * OutFeatures) + n] += Math.Abs(product);
                    }
                }
            }
        }
    }

    private (float[] Y, int Padded, bool IsRestUntouched) Read(CudaLab lab, DeviceRows y, int padded)
    {
        byte[] bytes = lab.Download(y.Pointer, (int)BlockCodecs.Of(_element).BytesOf(_case.Rows * y.Stride));
        float[] strided = CudaLab.Decode(bytes, _element);
        float[] result = new float[_case.Rows * padded];
        bool isRestUntouched = true;
        for (int row = 0; row < _case.Rows; row++)
        {
            strided.AsSpan(row * y.Stride, padded).CopyTo(result.AsSpan(row * padded));
            isRestUntouched &= strided.AsSpan((row * y.Stride) + padded, y.Stride - padded).ToArray().All(float.IsNaN);
        }

        return (result, padded, isRestUntouched);
    }
}
