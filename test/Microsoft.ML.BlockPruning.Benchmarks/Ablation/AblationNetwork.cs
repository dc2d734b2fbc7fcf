namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>The networks of the table; all were trained by the sample TrainViT on Fashion-MNIST.</summary>
internal enum AblationNetwork
{
    /// <summary>The bundled network: width 128, 6 layers, seed 1.</summary>
    Bundled,

    /// <summary>Width 96, 4 layers, 3 heads, seed 7, 20 epochs of AdamW.</summary>
    Small,

    /// <summary>Width 96, 4 layers, 3 heads, seed 11, 12 epochs as TrainViT trains now, to the end of its schedule.</summary>
    Converged,
}
