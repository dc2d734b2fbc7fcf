namespace BlockPrune.Cli;

/// <summary>Both networks at one batch size.</summary>
/// <param name="Batch">Images scored at once.</param>
/// <param name="Dense">Milliseconds per image of the network with every block.</param>
/// <param name="Pruned">Milliseconds per image of the pruned network.</param>
internal sealed record BenchRow(int Batch, Latency Dense, Latency Pruned)
{
    /// <summary>How many times as fast the pruned network is, by the medians.</summary>
    public double Speedup => Dense.MedianMs / Pruned.MedianMs;
}
