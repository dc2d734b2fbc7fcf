namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Random numbers for the kernels' tests.</summary>
internal static class TestNumbers
{
    /// <summary>Even in [-scale, scale].</summary>
    public static float[] Draw(Random random, int count, double scale) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(scale * ((random.NextDouble() * 2) - 1)))];
}
