namespace Microsoft.ML.BlockPruning.Networks.Families;

/// <summary>The shape of a ViT or DeiT classifier (Dosovitskiy et al., ICLR 2021; Touvron et al., ICML 2021).</summary>
/// <remarks>Token order is class, distillation (distilled networks only), patches in row-major order.</remarks>
public sealed class ViTConfig
{
    private const int Padding = 64; // kernels round tokens and features up, by less than this

    /// <summary>Creates a configuration and checks that its parts fit together.</summary>
    /// <param name="imageSize">Width and height of the input image, in pixels.</param>
    /// <param name="patchSize">Width and height of one patch, in pixels; divides <paramref name="imageSize"/>.</param>
    /// <param name="channels">Channels of the input image: 1 or 3.</param>
    /// <param name="embedDim">Width of the residual stream, in features.</param>
    /// <param name="depth">Number of encoder layers.</param>
    /// <param name="numHeads">Attention heads; divides <paramref name="embedDim"/>.</param>
    /// <param name="mlpDim">Hidden width of the MLP, in features.</param>
    /// <param name="numClasses">Number of classes, the length of <c>Score</c>.</param>
    /// <param name="isDistilled">Whether there is a distillation token with a head of its own (DeiT §3).</param>
    /// <param name="layerNormEps">Added to the variance in LayerNorm: 1e-6 in timm and torchvision, 1e-12 in Hugging Face.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A value is not positive, the parts do not divide as stated, there are more than 2^24 classes, or a weight, an image or its
    /// activations would not fit one array.
    /// </exception>
    public ViTConfig(
        int imageSize, int patchSize, int channels, int embedDim, int depth, int numHeads, int mlpDim, int numClasses,
        bool isDistilled = false, float layerNormEps = 1e-6f)
    {
        ImageSize = Positive(imageSize, nameof(imageSize));
        PatchSize = Positive(patchSize, nameof(patchSize));
        Channels = Positive(channels, nameof(channels));
        EmbedDim = Positive(embedDim, nameof(embedDim));
        Depth = Positive(depth, nameof(depth));
        NumHeads = Positive(numHeads, nameof(numHeads));
        MlpDim = Positive(mlpDim, nameof(mlpDim));
        NumClasses = Positive(numClasses, nameof(numClasses));
        IsDistilled = isDistilled;
        LayerNormEps = layerNormEps;
        Require(channels is 1 or 3, nameof(channels), channels, "is neither 1 (grey) nor 3 (RGB)");
        Require(
            (long)channels * imageSize * imageSize <= Array.MaxLength, nameof(imageSize), imageSize,
            "is too large: one array cannot hold an image of it");
        Require(imageSize % patchSize == 0, nameof(patchSize), patchSize, $"does not divide the image size {imageSize}");
        Require(embedDim % numHeads == 0, nameof(numHeads), numHeads, $"does not divide the embedding width {embedDim}");
        Require(layerNormEps is > 0 and < 1, nameof(layerNormEps), layerNormEps, "is not in (0, 1)");

        Require(numClasses <= NetworkSpec.LargestNumClasses, nameof(numClasses), numClasses, $"is above {NetworkSpec.LargestNumClasses}");

        // From here on the sizes that follow are whole numbers of 32 bits; what is counted over them stays below 2^63.
        Int128 widest = Int128.Max(3 * (Int128)embedDim, Int128.Max(mlpDim, PatchDim));
        RequireArray(3 * (Int128)embedDim * embedDim, nameof(embedDim), embedDim, "the weight of qkv");
        RequireArray((Int128)mlpDim * embedDim, nameof(mlpDim), mlpDim, "the weight of fc1");
        RequireArray((Int128)PatchDim * embedDim, nameof(patchSize), patchSize, "the weight of the patches");
        RequireArray((Int128)numClasses * embedDim, nameof(numClasses), numClasses, "the weight of a head");
        RequireArray((Tokens + Padding) * (widest + Padding), nameof(imageSize), imageSize, "the activations of an image");
        Require(
            depth * (Int128)Tokens * ((widest * embedDim * 4) + ((Int128)Tokens * embedDim * 2)) <= long.MaxValue / 4,
            nameof(depth), depth, "makes more multiply-adds than can be counted");
    }

    /// <summary>Width and height of the input image, in pixels.</summary>
    public int ImageSize { get; }

    /// <summary>Width and height of one patch, in pixels.</summary>
    public int PatchSize { get; }

    /// <summary>Channels of the input image: 1 or 3.</summary>
    public int Channels { get; }

    /// <summary>Width of the residual stream, in features.</summary>
    public int EmbedDim { get; }

    /// <summary>Number of encoder layers.</summary>
    public int Depth { get; }

    /// <summary>Attention heads per encoder layer.</summary>
    public int NumHeads { get; }

    /// <summary>Hidden width of the MLP, in features.</summary>
    public int MlpDim { get; }

    /// <summary>Number of classes.</summary>
    public int NumClasses { get; }

    /// <summary>Whether a distillation token and head exist; the logits are then the mean of both heads (DeiT §3).</summary>
    public bool IsDistilled { get; }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public float LayerNormEps { get; }

    /// <summary>Features of one attention head.</summary>
    public int HeadDim => EmbedDim / NumHeads;

    /// <summary>Patches along one side of the image.</summary>
    public int GridSize => ImageSize / PatchSize;

    /// <summary>Tokens before the patches: the class token and, in a distilled network, the distillation token.</summary>
    public int PrefixTokens => IsDistilled ? 2 : 1;

    /// <summary>Tokens of one image.</summary>
    public int Tokens => (GridSize * GridSize) + PrefixTokens;

    /// <summary>Values of one patch: channels × patch height × patch width.</summary>
    public int PatchDim => Channels * PatchSize * PatchSize;

    /// <summary>Values of one image: channels × height × width.</summary>
    public int ImageDim => Channels * ImageSize * ImageSize;

    private static int Positive(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value, name);
        return value;
    }

    private static void RequireArray(Int128 elements, string name, int value, string what) =>
        Require(elements <= Array.MaxLength, name, value, $"is too large: one array cannot hold {what}");

    private static void Require(bool holds, string name, object value, string what)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} = {value} {what}.");
        }
    }
}
