namespace Microsoft.ML.BlockPruning.Networks.Families;

/// <summary>What a Swin transformer is made by. Nothing is checked yet.</summary>
/// <param name="ImageSize">Width and height of the input image, in pixels.</param>
/// <param name="PatchSize">Width and height of one patch, in pixels.</param>
/// <param name="Channels">Channels of the input image.</param>
/// <param name="Stages">At least one; between two of them four tokens become one.</param>
/// <param name="NumClasses">Number of classes.</param>
/// <param name="LayerNormEps">Added to the variance in LayerNorm: 1e-5 in every program.</param>
/// <param name="Activation">Of the MLPs.</param>
internal sealed record SwinSizes(
    int ImageSize, int PatchSize, int Channels, IReadOnlyList<SwinStage> Stages, int NumClasses, float LayerNormEps = 1e-5f,
    GeluForm Activation = GeluForm.Exact);

/// <summary>Blocks of one width.</summary>
/// <param name="Width">Features of the residual stream.</param>
/// <param name="Depth">Blocks.</param>
/// <param name="Heads">Heads of each attention; they divide the width.</param>
/// <param name="Window">Side of a window, in tokens.</param>
/// <param name="MlpDim">Hidden width of the MLP, in features.</param>
internal sealed record SwinStage(int Width, int Depth, int Heads, int Window, int MlpDim);
