using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Every attention kernel on the interpreter against softmax in double.</summary>
[TestClass]
public sealed class AttentionKernelTests
{
    public static IEnumerable<object[]> KernelsAndCases =>
        from element in CudaKernels.Formats
        from @case in AttentionCase.All
        select new object[] { element.ToString(), @case.Name };

    [TestMethod]
    [DynamicData(nameof(KernelsAndCases))]
    public void Attention_EqualsSoftmaxInDouble(string element, string name)
    {
        var type = Enum.Parse<NumberFormat>(element);
        var @case = AttentionCase.All.Single(c => c.Name == name);
        float[] qkv = CudaLab.Round(Draw(@case), type);
        using var lab = new CudaLab();

        float[] y = Run(lab, @case, type, qkv);

        var reference = new AttentionReference(@case, qkv, type);
        int width = @case.Heads * @case.HeadWidth;
        int queries = @case.Queries == 0 ? @case.Tokens : @case.Queries;
        for (int row = 0; row < @case.Images * @case.Tokens; row++)
        {
            for (int head = 0; head < @case.Heads; head++)
            {
                var expected = row % @case.Tokens < queries ? reference.Expect(row, head) : null;
                for (int i = 0; i < @case.HeadWidth; i++)
                {
                    float found = y[(row * (width + @case.ExtraStride)) + (head * @case.HeadWidth) + i];
                    var holds = expected is null ? new Interval(double.NaN, 0) : expected[i]; // rows not asked for stay as they were
                    Assert.IsTrue(holds.Holds(found, type), $"row {row}, head {head}, feature {i}: expected {holds}, found {found}");
                }
            }
        }

        Assert.AreEqual(0, lab.Driver.LastLaunch.BankConflicts);
    }

    private static float[] Draw(AttentionCase @case)
    {
        int width = 3 * @case.Heads * @case.HeadWidth;
        float[] qkv = TestNumbers.Draw(new Random(3), @case.Images * @case.Tokens * width, @case.Scale);
        for (int i = 0; i < qkv.Length; i++)
        {
            int part = i % width / (width / 3);
            double progress = (double)(i / width % @case.Tokens) / @case.Tokens;
            qkv[i] = @case.Slope == 0 ? qkv[i] : part == 0 ? 1 : part == 1 ? qkv[i] + (float)(@case.Slope * progress) : qkv[i];
        }

        for (int image = 0; image < @case.Images && @case.Special is not null; image++)
        {
            qkv[(((image * @case.Tokens) + 7) * width) + (@case.SpecialPart * width / 3) + 3] = @case.Special.Value;
        }

        return qkv;
    }

    private static float[] Run(CudaLab lab, AttentionCase @case, NumberFormat element, float[] qkv)
    {
        int width = @case.Heads * @case.HeadWidth;
        var rows = lab.UploadRows(qkv, 3 * width, 3 * width, (3 * width) + @case.ExtraStride, element);
        var y = lab.Reserve(@case.Images * @case.Tokens, width + @case.ExtraStride, element);
        var parameters = new AttentionParameters
        {
            Qkv = rows.Pointer,
            Y = y.Pointer,
            Tokens = @case.Tokens,
            Queries = @case.Queries == 0 ? @case.Tokens : @case.Queries,
            Heads = @case.Heads,
            HeadWidth = @case.HeadWidth,
            QkvStride = rows.Stride,
            YStride = width + @case.ExtraStride,
            Scale = (float)(1 / Math.Sqrt(@case.HeadWidth)),
        };
        lab.Kernels.Attend(parameters, @case.Images, element, default);
        return CudaLab.Decode(y.Download(default), element);
    }
}
