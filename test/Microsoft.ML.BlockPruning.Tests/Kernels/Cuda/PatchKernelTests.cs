using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Patches and conversions move and round numbers: they are exact.</summary>
[TestClass]
public sealed class PatchKernelTests
{
    public static IEnumerable<object[]> Elements => CudaKernels.Formats.Select(element => new object[] { element.ToString() });

    public static IEnumerable<object[]> Halves => Elements.Where(element => (string)element[0] != nameof(NumberFormat.Float32));

    [TestMethod]
    [DynamicData(nameof(Elements))]
    public void Patches_AreTheConvolutionsInputs(string element)
    {
        const int Images = 2;
        const int Channels = 3;
        const int Size = 15;
        const int Patch = 5;
        const int Grid = Size / Patch;
        const int Prefix = 2;
        const int Padded = 128;
        const int Stride = 144;
        var type = Enum.Parse<NumberFormat>(element);
        float[] pixels = TestNumbers.Draw(new Random(4), Images * Channels * Size * Size, 3);
        using var lab = new CudaLab();
        var y = lab.Reserve(Images * (Prefix + (Grid * Grid)), Stride, type);
        var parameters = new PatchParameters
        {
            Images = lab.Upload(pixels),
            Y = y.Pointer,
            Tokens = Prefix + (Grid * Grid),
            Prefix = Prefix,
            Channels = Channels,
            ImageSize = Size,
            PatchSize = Patch,
            Padded = Padded,
            YStride = Stride,
        };

        lab.Kernels.CutPatches(parameters, Images, type, default);

        float[] expected = new float[Images * (Prefix + (Grid * Grid)) * Stride];
        Array.Fill(expected, float.NaN);
        for (int row = 0; row < expected.Length / Stride; row++)
        {
            expected.AsSpan(row * Stride, Padded).Clear();
        }

        for (int i = 0; i < pixels.Length; i++)
        {
            var (image, channel, line, column) = (i / (Channels * Size * Size), i / (Size * Size) % Channels, i / Size % Size, i % Size);
            int row = (image * (Prefix + (Grid * Grid))) + Prefix + (line / Patch * Grid) + (column / Patch);
            expected[(row * Stride) + (channel * Patch * Patch) + (line % Patch * Patch) + (column % Patch)] = pixels[i];
        }

        CollectionAssert.AreEqual(CudaLab.Round(expected, type), CudaLab.Decode(y.Download(default), type));
    }

    [TestMethod]
    [DynamicData(nameof(Halves))]
    public void Narrow_RoundsToNearest(string element)
    {
        const int Rows = 3;
        const int Width = 137;
        const int Padded = 144;
        const int Stride = 152;
        var type = Enum.Parse<NumberFormat>(element);
        float[] x = TestNumbers.Draw(new Random(5), Rows * Width, 100);
        (x[0], x[1], x[2], x[3], x[4]) = (float.PositiveInfinity, float.NaN, 1e-7f, 70000f, 1 + (1f / 256));
        using var lab = new CudaLab();
        var source = lab.UploadRows(x, Width, Width, Stride, NumberFormat.Float32);
        var narrow = lab.Reserve(Rows, Stride, type);

        lab.Kernels.Narrow(Conversion(source.Pointer, narrow.Pointer), Rows, type, default);

        float[] found = CudaLab.Decode(narrow.Download(default), type);
        for (int i = 0; i < Rows * Stride; i++)
        {
            var (row, column) = (i / Stride, i % Stride);
            var expected = new Interval(column < Width ? x[(row * Width) + column] : column < Padded ? 0 : double.NaN, 0);
            Assert.IsTrue(expected.Holds(found[i], type), $"row {row}, column {column}: expected {expected}, found {found[i]}");
        }

        static ConversionParameters Conversion(DevicePointer x, DevicePointer y) =>
            new() { X = x, Y = y, Width = Width, Padded = Padded, XStride = Stride, YStride = Stride };
    }
}
