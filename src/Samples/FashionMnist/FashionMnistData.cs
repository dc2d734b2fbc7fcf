namespace FashionMnist;

/// <summary>The files that the repository carries: test images, calibration images and a network trained on the training images.</summary>
public static class FashionMnistData
{
    /// <summary>The class names in the order of the labels 0 to 9 (zalandoresearch/fashion-mnist, README, "Labels").</summary>
    public static IReadOnlyList<string> ClassNames { get; } =
        ["T-shirt", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"];

    /// <summary>First part of the file names of the 2,000 calibration images.</summary>
    public static string CalibrationPrefix => "calibration";

    /// <summary>First part of the file names of the 10,000 test images.</summary>
    public static string TestPrefix => "t10k";

    /// <summary>First part of the file names of the 60,000 training images, which the repository does not carry.</summary>
    public static string TrainingPrefix => "train";

    /// <summary>The folder of the bundled files, beside the program.</summary>
    public static string BundledFolder => Path.Combine(AppContext.BaseDirectory, "Bundled");

    /// <summary>The bundled network: a ViT with timm's tensor names, and config.json beside it.</summary>
    public static string NetworkPath => Path.Combine(BundledFolder, "fashion-vit.safetensors");

    /// <summary>The 2,000 calibration images, 200 of each class, in mixed order.</summary>
    /// <returns>Images and labels.</returns>
    public static LabelledImages ReadCalibration() => LabelledImages.Read(BundledFolder, CalibrationPrefix);

    /// <summary>The 10,000 test images in the order of the original file.</summary>
    /// <returns>Images and labels.</returns>
    public static LabelledImages ReadTest() => LabelledImages.Read(BundledFolder, TestPrefix);
}
