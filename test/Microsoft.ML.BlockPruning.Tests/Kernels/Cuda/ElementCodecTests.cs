using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

[TestClass]
public sealed class ElementCodecTests
{
    /// <summary>All 65536 bf16 numbers come back; what lies between two goes to the nearer, a tie to the even one.</summary>
    [TestMethod]
    public void BFloat16_RoundsToNearestEven()
    {
        for (int bits = 0; bits < 0x7F7F; bits++)
        {
            float low = HalfPrecision.WidenBF16((ushort)bits);
            float high = HalfPrecision.WidenBF16((ushort)(bits + 1));
            float middle = (float)(((double)low + high) / 2);

            float[] rounded = CudaLab.Round(
                [low, MathF.BitDecrement(middle), middle, MathF.BitIncrement(middle), -high], CudaElement.BFloat16);

            CollectionAssert.AreEqual(new[] { low, low, bits % 2 == 0 ? low : high, high, -high }, rounded, $"bits {bits:x4}");
        }
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    [DataRow(float.NegativeInfinity)]
    public void Specials_StayWhatTheyAre(float value)
    {
        foreach (var element in Enum.GetValues<CudaElement>())
        {
            Assert.AreEqual(value, CudaLab.Round([value], element)[0], element.ToString());
        }
    }
}
