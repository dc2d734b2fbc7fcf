using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Families;

/// <summary>Against the evaluation transforms of the programs' published networks, at 224 pixels.</summary>
[TestClass]
public sealed class UsualPixelsTests
{
    [TestMethod]
    public void EachProgram_HasItsOwn()
    {
        Check(NamingStyle.Torchvision, ImageResize.ShortestSide, 256, ImageInterpolation.Bilinear, 0.485f, isTurned: false);
        Check(NamingStyle.Facebook, ImageResize.ShortestSide, 256, ImageInterpolation.Bicubic, 0.485f, isTurned: false);
        Check(NamingStyle.HuggingFace, ImageResize.Exact, 224, ImageInterpolation.Bilinear, 0.5f, isTurned: true);
        Check(NamingStyle.HuggingFaceDinov2, ImageResize.ShortestSide, 256, ImageInterpolation.Bicubic, 0.485f, isTurned: true);
        Assert.IsNull(UsualPixels.Of(NamingStyle.Timm));
    }

    /// <summary>TinyViT's names are timm's and it has a config.json; these have neither file.</summary>
    [TestMethod]
    public void Checkpoint_WithoutAnyFile_IsJudgedAsItsProgramDoes()
    {
        using var folder = new TemporaryFolder();
        File.Copy(GoldenFiles.Networks["hf4_vit"].ModelPath, folder["model.safetensors"]);
        using var checkpoint = Checkpoint.Open(folder["model.safetensors"], new CheckpointOptions { NumHeads = 2 });

        var read = checkpoint.Preprocessing;

        Assert.AreEqual((ImageResize.Exact, read.ImageSize, 0.5f), (read.Resize, read.ResizeSize, read.Mean[0]));
        StringAssert.Contains(string.Join('\n', checkpoint.Notes), "There is no preprocessor_config.json");
    }

    private static void Check(
        NamingStyle style, ImageResize resize, int size, ImageInterpolation filter, float mean, bool isTurned)
    {
        var read = UsualPixels.Of(style)!.For(224, 3);
        Assert.AreEqual(
            (resize, size, filter, mean, isTurned),
            (read.Resize, read.ResizeSize, read.Interpolation, read.Mean[0], read.ApplyOrientation), $"{style}");
    }
}
