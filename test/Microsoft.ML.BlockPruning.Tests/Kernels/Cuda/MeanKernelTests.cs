using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Every kernel of means on the interpreter against sums in double.</summary>
[TestClass]
public sealed class MeanKernelTests
{
    private const int Images = 3;

    public static IEnumerable<object[]> KernelsAndCases =>
        from element in CudaKernels.Formats
        from read in new[] { (1, 0), (5, 4), (7, 1), (50, 5), (197, 1) }
        from row in new[] { (10, 16), (64, 64), (130, 144) }
        select new object[] { element.ToString(), read.Item1, read.Item2, row.Item1, row.Item2 };

    /// <remarks>A sum of n in any order is off by n u Σ|x|, the quotient by u more (Higham, section 3.1).</remarks>
    [TestMethod]
    [DynamicData(nameof(KernelsAndCases))]
    public void Mean_IsThatOfTheTokensFromTheFirstOn(string element, int tokens, int first, int width, int padded)
    {
        var type = Enum.Parse<NumberFormat>(element);
        int xStride = padded + 8, yStride = padded + 16, count = tokens - first;
        float[] x = CudaLab.Round(TestNumbers.Draw(new Random(1), Images * tokens * width, 3), type);
        using var lab = new CudaLab();
        var rows = lab.UploadRows(x, width, padded, xStride, type);
        var y = lab.Reserve(Images, yStride, type);

        lab.Kernels.Average(
            new MeanParameters
            {
                X = rows.Pointer,
                Y = y.Pointer,
                Tokens = tokens,
                First = first,
                Padded = padded,
                XStride = xStride,
                YStride = yStride,
            },
            Images, type, default);

        float[] found = CudaLab.Decode(y.Download(default), type);
        for (int i = 0; i < found.Length; i++)
        {
            var (image, feature) = (i / yStride, i % yStride);
            double[] terms = feature >= width ? [] :
                [.. Enumerable.Range(first, count).Select(token => (double)x[(((image * tokens) + token) * width) + feature])];
            double error = (count + 1) * Interval.Roundoff * terms.Sum(Math.Abs) / count;
            var expected = new Interval(feature < padded ? terms.Sum() / count : double.NaN, error);
            Assert.IsTrue(expected.Holds(found[i], type), $"image {image}, feature {feature}: expected {expected}, found {found[i]}");
        }

        Assert.AreEqual(0, lab.Driver.LastLaunch.BankConflicts);
    }
}
