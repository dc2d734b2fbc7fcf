using Microsoft.ML.BlockPruning.Imaging;

namespace Microsoft.ML.BlockPruning.Tests.Imaging;

[TestClass]
public sealed class ScratchBufferTests
{
    private const int Engines = 6;

    [TestMethod]
    public void Rent_KeepsWhatIsSmallAndNothingElse()
    {
        var buffer = new ScratchBuffer();

        buffer.Rent(ScratchBuffer.KeptAtMost).Fill(1);
        buffer.Return();
        Assert.AreEqual(ScratchBuffer.KeptAtMost, buffer.KeptBytes);

        var large = buffer.Rent(ScratchBuffer.KeptAtMost + 1);
        large[^1] = 2;
        Assert.AreEqual(ScratchBuffer.KeptAtMost + 1, large.Length);
        buffer.Return();
        buffer.Return(); // harmless
        Assert.AreEqual(ScratchBuffer.KeptAtMost, buffer.KeptBytes);
    }

    [TestMethod]
    public void Rent_OfWhatItHasHeldBefore_AllocatesNothing()
    {
        var buffer = new ScratchBuffer();
        buffer.Rent(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 100; i++)
        {
            buffer.Rent(1000 - i);
            buffer.Return();
        }

        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Six engines kept 161 MB each after one photograph of 24 megapixels.</summary>
    [TestMethod]
    public void WriteEncoded_OfAPhotograph_LeavesTheEnginesSmall()
    {
        byte[] photo = File.ReadAllBytes(CaseFiles.Image("photo24mp.png"));
        var writers = Enumerable.Range(0, Engines).Select(_ => new ImageTensorWriter(ImagePreprocessing.ImageNet(32))).ToList();
        float[] written = new float[writers[0].Length];
        long before = GC.GetTotalMemory(forceFullCollection: true);

        foreach (var writer in writers)
        {
            writer.WriteEncoded(photo, written);
        }

        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.IsLessThan(Engines * 3L * ScratchBuffer.KeptAtMost, kept, "managed");
        foreach (var writer in writers)
        {
            Assert.IsLessThan(3 * ScratchBuffer.KeptAtMost, writer.KeptBytes);
        }

        GC.KeepAlive(writers);
    }

    [TestMethod]
    public void WriteImage_OfOrdinarySizes_AllocatesNothing()
    {
        var writer = new ImageTensorWriter(ImagePreprocessing.ImageNet(24));
        using var image = ResizeFixture.Image(TestImages.Rgb(1, 40), 40, 40, Data.MLPixelFormat.Bgra32);
        float[] written = new float[writer.Length];
        writer.WriteImage(image, written);
        long before = GC.GetAllocatedBytesForCurrentThread();

        writer.WriteImage(image, written);

        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
