using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Every LayerNorm kernel on the interpreter against the formula in double.</summary>
[TestClass]
public sealed class NormKernelTests
{
    private const float Epsilon = 1e-6f;

    public static IEnumerable<object[]> KernelsAndCases =>
        from element in CudaKernels.Formats from @case in NormCase.All select new object[] { element.ToString(), @case.Name };

    [TestMethod]
    [DynamicData(nameof(KernelsAndCases))]
    public void Norm_EqualsTheFormulaInDouble(string element, string name)
    {
        var type = Enum.Parse<NumberFormat>(element);
        var @case = NormCase.All.Single(c => c.Name == name);
        var random = new Random(2);
        float[] x = [.. TestNumbers.Draw(random, @case.Rows * @case.Width, @case.Scale).Select(v => v + (float)@case.Mean)];
        for (int row = 0; row < @case.Rows && @case.Special is not null; row += 3)
        {
            x[(row * @case.Width) + row] = @case.Special.Value;
        }

        x = CudaLab.Round(x, type);
        float[] scale = TestNumbers.Draw(random, @case.Width, 2);
        float[] offset = TestNumbers.Draw(random, @case.Width, 1);
        using var lab = new CudaLab();

        float[] y = Run(lab, @case, type, x, scale, offset);

        int stride = @case.Padded + @case.ExtraStride;
        for (int row = 0; row < @case.Rows; row++)
        {
            var expected = Expect(x.AsSpan(row * @case.Width, @case.Width), scale, offset);
            for (int i = 0; i < stride; i++)
            {
                float found = y[(row * stride) + i];
                var holds = i < @case.Width ? expected[i] : new Interval(i < @case.Padded ? 0 : double.NaN, 0);
                Assert.IsTrue(holds.Holds(found, type), $"row {row}, feature {i}: expected {holds}, found {found}");
            }
        }

        Assert.AreEqual(0, lab.Driver.LastLaunch.BankConflicts);
    }

    private static float[] Run(CudaLab lab, NormCase @case, NumberFormat element, float[] x, float[] scale, float[] offset)
    {
        int stride = @case.Padded + @case.ExtraStride;
        var rows = lab.UploadRows(x, @case.Width, @case.Padded, stride, element);
        var y = lab.Reserve(@case.Rows, stride, element);
        var parameters = new NormParameters
        {
            X = rows.Pointer,
            Scale = lab.Upload(scale),
            Offset = lab.Upload(offset),
            Y = y.Pointer,
            Rows = @case.Rows,
            Width = @case.Width,
            Padded = @case.Padded,
            XStride = stride,
            YStride = stride,
            Epsilon = Epsilon,
        };
        lab.Kernels.Normalize(parameters, element, default);
        return CudaLab.Decode(y.Download(default), element);
    }

    /// <remarks>
    /// With γ = (n + 8) u: the mean is off by γ mean|x| = δ; the variance by 2γ of itself and δ² (its first-order term cancels, since
    /// distances from the exact mean sum to 0), of which the root takes half, relative to the deviation.
    /// </remarks>
    private static Interval[] Expect(ReadOnlySpan<float> x, float[] scale, float[] offset)
    {
        int n = x.Length;
        double mean = 0;
        double size = 0;
        foreach (float v in x)
        {
            mean += (double)v / n;
            size += (double)Math.Abs(v) / n;
        }

        double variance = 0;
        foreach (float v in x)
        {
            variance += (v - mean) * (v - mean) / n;
        }

        double deviation = Math.Sqrt(variance + Epsilon);
        double gamma = (n + 8) * Interval.Roundoff;
        double meanError = (gamma * size) + (Interval.Roundoff * size);
        double relative = gamma + (meanError * meanError / (deviation * deviation)) + (4 * Interval.Roundoff);
        var expected = new Interval[n];
        for (int i = 0; i < n; i++)
        {
            double z = (x[i] - mean) / deviation;
            double zError = ((meanError + (Interval.Roundoff * Math.Abs(x[i]))) / deviation) + (Math.Abs(z) * relative);
            double value = (z * scale[i]) + offset[i];
            double rounding = 2 * Interval.Roundoff * (Math.Abs(z * scale[i]) + Math.Abs(offset[i]));
            expected[i] = new Interval(value, (Math.Abs(scale[i]) * zError) + rounding);
        }

        return expected;
    }
}
