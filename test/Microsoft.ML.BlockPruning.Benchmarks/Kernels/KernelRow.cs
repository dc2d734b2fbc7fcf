namespace Microsoft.ML.BlockPruning.Benchmarks.Kernels;

/// <summary>One line of the result: medians in milliseconds of one product, all measured in the same rounds.</summary>
/// <param name="Shape">Network, layer and weight.</param>
/// <param name="Batch">Images of 197 tokens.</param>
/// <param name="Sparsity">Share of blocks removed at random.</param>
/// <param name="Block">Height x width.</param>
/// <param name="OursMs">Our product at that sparsity.</param>
/// <param name="DenseMs">Our product with every block.</param>
/// <param name="OrtFp32Ms">ONNX Runtime, dense.</param>
/// <param name="TorchFp32Ms">libtorch, dense.</param>
internal sealed record KernelRow(
    string Shape, int Batch, double Sparsity, string Block, double OursMs, double DenseMs, double OrtFp32Ms, double TorchFp32Ms);
