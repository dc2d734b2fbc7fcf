namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>One network, computed in one way in batches of one size; all rows of a network and batch are of the same rounds.</summary>
/// <param name="Network">Which one; weights of DeiT are random.</param>
/// <param name="Variant">What computes it.</param>
/// <param name="Keep">Multiply-adds as a fraction of the dense network's.</param>
/// <param name="Sparsity">Share of the prunable blocks that is removed.</param>
/// <param name="Block">Height x width of the removed blocks; null where none is.</param>
/// <param name="Batch">Images of a run.</param>
/// <param name="MsPerImage">Median over the rounds.</param>
/// <param name="P10">A tenth of the rounds took less, ms per image.</param>
/// <param name="P90">A tenth of the rounds took more, ms per image.</param>
/// <param name="TimesOnnxRuntimeFp32">How many times as fast as ONNX Runtime fp32: median of the ratios of each round.</param>
/// <param name="TimesOnnxRuntimeInt8">How many times as fast as ONNX Runtime int8: median of the ratios of each round.</param>
/// <param name="Bytes">The model's file: safetensors of ours, .onnx of ONNX Runtime's; null for libtorch.</param>
/// <param name="LogitError">Largest difference to our dense logits, as a fraction of the largest logit; null for a pruned network.</param>
/// <param name="Top1">Fraction of the test images whose class it finds, scored in these batches; null where they have no labels.</param>
/// <param name="Images">Number of those images; null where there are none.</param>
internal sealed record NetworkRow(
    string Network, NetworkVariant Variant, double Keep, double Sparsity, string? Block, int Batch,
    double MsPerImage, double P10, double P90, double TimesOnnxRuntimeFp32, double TimesOnnxRuntimeInt8,
    long? Bytes, double? LogitError, double? Top1, int? Images);
