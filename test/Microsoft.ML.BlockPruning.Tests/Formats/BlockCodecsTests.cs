using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

namespace Microsoft.ML.BlockPruning.Tests.Formats;

[TestClass]
public sealed class BlockCodecsTests
{
    public static IEnumerable<NumberFormat> Formats => Enum.GetValues<NumberFormat>();

    public static IEnumerable<NumberFormat> Halves => [NumberFormat.BFloat16, NumberFormat.Float16];

    [TestMethod]
    public void All_HoldsOneCodecAFormatInTheOrderOfTheEnumeration()
    {
        CollectionAssert.AreEqual(Formats.ToArray(), BlockCodecs.All.Select(codec => codec.Format).ToArray());
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => BlockCodecs.Of((NumberFormat)99));
    }

    [TestMethod]
    [DataRow(NumberFormat.Float32, "F32", 12L)]
    [DataRow(NumberFormat.BFloat16, "BF16", 6L)]
    [DataRow(NumberFormat.Float16, "F16", 6L)]
    public void Format_HasTheBytesAndTheNameOfItsSafetensorsType(NumberFormat format, string name, long bytesOfThree)
    {
        var codec = BlockCodecs.Of(format);

        Assert.AreEqual((name, bytesOfThree), (codec.Name, codec.BytesOf(3)));
        Assert.AreEqual(name, SafetensorsDTypes.Of(format).Name());
        Assert.AreEqual(format, SafetensorsDTypes.Of(format).Format());
        Assert.AreEqual(codec.BytesOf(1), SafetensorsDTypes.Of(format).Size());
    }

    [TestMethod]
    public void Format_OfATypeThatIsNone_IsNull() => Assert.IsNull(SafetensorsDType.I32.Format());

    /// <summary>All bfloat16 numbers come back; what lies between two goes to the nearer, a tie to the even one.</summary>
    [TestMethod]
    public void BFloat16_RoundsToNearestEven()
    {
        for (int bits = 0; bits < 0x7F7F; bits++)
        {
            float low = HalfPrecision.WidenBF16((ushort)bits);
            float high = HalfPrecision.WidenBF16((ushort)(bits + 1));
            float middle = (float)(((double)low + high) / 2);

            float[] rounded = Round([low, MathF.BitDecrement(middle), middle, MathF.BitIncrement(middle), -high], NumberFormat.BFloat16);

            CollectionAssert.AreEqual(new[] { low, low, bits % 2 == 0 ? low : high, high, -high }, rounded, $"bits {bits:x4}");
        }
    }

    /// <summary>The worst case of a binary format: halfway between 1 and its neighbour, which is 2^-7 or 2^-10 away.</summary>
    [TestMethod]
    [DataRow(NumberFormat.BFloat16, 1f / 256)]
    [DataRow(NumberFormat.Float16, 1f / 2048)]
    public void RelativeError_IsReachedAndNeverPassed(NumberFormat format, float half)
    {
        var codec = BlockCodecs.Of(format);
        var random = new Random(1);
        float[] values =
            [.. Enumerable.Range(0, 100_000).Select(_ => (float)Math.ScaleB(random.NextDouble() - 0.5, random.Next(-30, 15)))];

        float[] rounded = Round(values, format);

        for (int i = 0; i < values.Length; i++)
        {
            double bound = (codec.RelativeError * Math.Abs((double)values[i])) + codec.AbsoluteError;
            Assert.AreEqual(values[i], rounded[i], bound, $"value {i}");
        }

        Assert.AreEqual(1f, Round([1 + half], format)[0], "a tie goes to the even neighbour");
        Assert.AreEqual(half, codec.RelativeError);
    }

    [TestMethod]
    [DynamicData(nameof(Halves))]
    public void Largest_IsTheLastThatStaysFinite(NumberFormat format)
    {
        float largest = BlockCodecs.Of(format).Largest;

        float[] rounded = Round([largest, -largest, MathF.BitIncrement(largest)], format);

        Assert.IsTrue(float.IsFinite(rounded[0]) && float.IsFinite(rounded[1]));
        Assert.AreEqual(float.PositiveInfinity, rounded[2]);
    }

    [TestMethod]
    [DynamicData(nameof(Halves))]
    public void AbsoluteError_IsHalfTheSmallestNumber(NumberFormat format)
    {
        float half = (float)BlockCodecs.Of(format).AbsoluteError;

        CollectionAssert.AreEqual(new[] { 0f, 2 * half, 2 * half }, Round([half, MathF.BitIncrement(half), 2 * half], format));
    }

    [TestMethod]
    [DynamicData(nameof(Formats))]
    public void Specials_StayWhatTheyAre(NumberFormat format)
    {
        float[] specials = [float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0f, -0f];

        CollectionAssert.AreEqual(specials, Round(specials, format));
        Assert.IsTrue(float.IsNegative(Round(specials, format)[4]));
    }

    [TestMethod]
    public void Float32_IsTheArrayItself()
    {
        float[] values = [1, 2, 3];
        var coded = CodedNumbers.Of(values, NumberFormat.Float32);

        Assert.AreSame(values, coded.ToSingles());
        CollectionAssert.AreEqual(new byte[] { 0, 0, 128, 63, 0, 0, 0, 64, 0, 0, 64, 64 }, coded.Bytes.ToArray());
    }

    private static float[] Round(float[] values, NumberFormat format)
    {
        float[] rounded = [.. values];
        BlockCodecs.Of(format).Round(rounded);
        CollectionAssert.AreEqual(rounded, CodedNumbers.Of(values, format).ToSingles());
        return rounded;
    }
}
