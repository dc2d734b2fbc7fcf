using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Every linear kernel on the interpreter against sums in double, in every way it is called.</summary>
[TestClass]
public sealed class LinearKernelTests
{
    public static IEnumerable<object[]> KernelsAndCases =>
        from kernel in Kernels from @case in LinearCase.All select new object[] { kernel[0], kernel[1], kernel[2], @case.Name };

    public static IEnumerable<object[]> Kernels =>
        from element in CudaKernels.Formats
        from height in new[] { 16, 32, 64 }
        from width in new[] { 16, 32, 64 }
        select new object[] { element.ToString(), height, width };

    [TestMethod]
    [DynamicData(nameof(KernelsAndCases))]
    public void Linear_EqualsTheSumInDouble(string element, int height, int width, string name)
    {
        var type = Enum.Parse<NumberFormat>(element);
        var subject = new LinearSubject(LinearCase.All.Single(c => c.Name == name), new BlockShape(height, width), type);
        var expected = subject.Expect();
        using var lab = new CudaLab();

        var (y, padded, isRestUntouched) = subject.Run(lab);

        var wrong = Enumerable.Range(0, expected.Length)
            .Where(i => !expected[i].Holds(y[(i / subject.OutFeatures * padded) + (i % subject.OutFeatures)], type)).ToArray();
        Assert.IsEmpty(wrong, wrong.Length == 0 ? "" : Describe(wrong[0]));
        Assert.IsTrue(isRestUntouched, "The kernel wrote behind a row.");
        Assert.IsFalse(y.Where((v, i) => i % padded >= subject.OutFeatures && v != 0).Any(), "Padding of the result is not zero.");
        Assert.AreEqual(0, lab.Driver.LastLaunch.BankConflicts, "bank conflicts");

        string Describe(int i) =>
            $"row {i / subject.OutFeatures}, feature {i % subject.OutFeatures}: expected {expected[i]}, "
            + $"found {y[(i / subject.OutFeatures * padded) + (i % subject.OutFeatures)]}";
    }

    /// <summary>Through an identity the GELU is seen alone, without the sum's bound around it.</summary>
    [TestMethod]
    [DataRow(CudaActivation.Gelu)]
    [DataRow(CudaActivation.TanhGelu)]
    [DataRow(CudaActivation.QuickGelu)]
    public void Linear_Gelu_IsItsFormula(object activation)
    {
        const int Rows = 200;
        float[] identity = new float[16 * 16];
        for (int i = 0; i < 16; i++)
        {
            identity[17 * i] = 1;
        }

        float[] x = [.. Enumerable.Range(0, Rows * 16).Select(i => (i - (Rows * 8)) / 200f)]; // -8 to 8
        var matrix = BlockSparseMatrix.FromDense(identity, new BlockMask(16, 16, new BlockShape(16, 16)));
        using var lab = new CudaLab();
        var layer = lab.Own(new DeviceLinear(lab.Driver, matrix, null, NumberFormat.Float32, default));
        var y = lab.Reserve(Rows, 16, NumberFormat.Float32);

        var rows = lab.UploadRows(x, 16, 16, 16, NumberFormat.Float32);
        lab.Kernels.Linear(layer, Rows, rows, default, 0, (CudaActivation)activation, new DeviceRows(y.Pointer, 16), default);

        float[] found = CudaLab.Decode(y.Download(default), NumberFormat.Float32);
        for (int i = 0; i < x.Length; i++)
        {
            double expected = ReferenceMath.Gelu(LinearSubject.FormOf((CudaActivation)activation), x[i]);
            Assert.AreEqual(expected, found[i], 4e-7 * Math.Abs(x[i]), $"GELU({x[i]})");
        }
    }

    /// <summary>Work follows the kept blocks: tensor-core instructions exactly, memory traffic but for the result and the bias.</summary>
    [TestMethod]
    [DynamicData(nameof(Kernels))]
    public void Linear_HalfOfTheBlocks_IsHalfOfTheWork(string element, int height, int width)
    {
        var type = Enum.Parse<NumberFormat>(element);
        var shape = new BlockShape(height, width);
        const int InFeatures = 1536; // fc2 of DeiT-S
        var dense = new LinearCase("dense")
        {
            Rows = 128,
            BlockRows = 1,
            BlockColumns = InFeatures / width,
            Pattern = LinearPattern.All,
            HasBias = true,
        };
        using var lab = new CudaLab();
        new LinearSubject(dense, shape, type).Run(lab);
        var all = lab.Driver.LastLaunch;

        new LinearSubject(dense with { Pattern = LinearPattern.Half }, shape, type).Run(lab);
        var half = lab.Driver.LastLaunch;

        Assert.AreEqual(type == NumberFormat.Float32 ? 0 : 128 / 16 * (height / 8) * (InFeatures / 16), all.Mma);
        Assert.AreEqual(all.Mma, 2 * half.Mma);
        Assert.AreEqual(all.LdMatrix, 2 * half.LdMatrix);
        Assert.IsLessThanOrEqualTo(0.55, (double)half.GlobalBytes / all.GlobalBytes);
    }
}
