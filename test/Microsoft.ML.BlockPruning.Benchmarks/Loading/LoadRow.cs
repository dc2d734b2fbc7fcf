namespace Microsoft.ML.BlockPruning.Benchmarks.Loading;

/// <summary>What reading a network's file costs; medians of processes of their own, the file warm in the system's cache.</summary>
/// <param name="Network">The folder's name.</param>
/// <param name="Form">How it is stored: the folder's folder.</param>
/// <param name="FileBytes">Of all its files.</param>
/// <param name="ReadSeconds">Until the weights are there as float32, the process just started.</param>
/// <param name="ReadPeakBytes">Largest resident size of that process, .NET and all.</param>
/// <param name="LogitsSeconds">Until the first image is scored, packing and all, in another process.</param>
/// <param name="LogitsPeakBytes">Largest resident size of that one.</param>
/// <param name="LogitError">Largest deviation from PyTorch's logits in double, over the largest of them.</param>
internal sealed record LoadRow(
    string Network, string Form, long FileBytes, double ReadSeconds, long ReadPeakBytes, double LogitsSeconds, long LogitsPeakBytes,
    double LogitError);
