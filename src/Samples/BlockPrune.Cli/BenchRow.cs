namespace BlockPrune.Cli;

/// <summary>Networks at one batch size.</summary>
/// <param name="Batch">Images scored at once.</param>
/// <param name="Dense">Milliseconds per image of the network that the others are compared with.</param>
/// <param name="Models">Each model's milliseconds per image, by name; the first is the one that is compared with, if it is a model.</param>
internal sealed record BenchRow(int Batch, Latency Dense, IReadOnlyList<BenchModel> Models)
{
    /// <summary>Milliseconds per image of the first model.</summary>
    public Latency Pruned => Models[0].Latency;

    /// <summary>How many times as fast the first model is, by the medians.</summary>
    public double Speedup => Models[0].Speedup;
}

/// <summary>A model's time.</summary>
/// <param name="Model">Its name.</param>
/// <param name="Latency">Milliseconds per image.</param>
/// <param name="Speedup">How many times as fast as the network that it is compared with, by the medians.</param>
internal sealed record BenchModel(string Model, Latency Latency, double Speedup);
