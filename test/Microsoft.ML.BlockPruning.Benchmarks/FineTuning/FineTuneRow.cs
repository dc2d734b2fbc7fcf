namespace Microsoft.ML.BlockPruning.Benchmarks.FineTuning;

/// <summary>What fine-tuning brought.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Keep">Kept fraction of the dense network's multiply-adds.</param>
/// <param name="Block">Height x width.</param>
/// <param name="FineTuned">True: the row is of a fine-tuned network.</param>
/// <param name="Top1">Fraction of the 10,000 test images that the fine-tuned network classifies right.</param>
/// <param name="DenseTop1">The same of the dense network.</param>
/// <param name="OneShotTop1">The same of the pruned network before fine-tuning.</param>
/// <param name="Epochs">Passes over the training images.</param>
/// <param name="Seconds">Fine-tuning alone, wall clock, without the test images.</param>
/// <param name="Images">Training images.</param>
/// <param name="LearningRate">Its peak.</param>
/// <param name="LabelWeight">Weight of the cross entropy with the labels beside distillation.</param>
/// <param name="Precision">What forward and backward computed in.</param>
internal sealed record FineTuneRow(
    string Network, double Keep, string Block, bool FineTuned, double Top1, double DenseTop1, double OneShotTop1, int Epochs,
    double Seconds, int Images, double LearningRate, double LabelWeight, string Precision);
