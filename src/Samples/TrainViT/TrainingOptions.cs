namespace TrainViT;

/// <summary>What one training run is made of; the defaults made the bundled network.</summary>
internal sealed record TrainingOptions
{
    public required string DataFolder { get; init; }

    public required string OutputFolder { get; init; }

    public int Epochs { get; init; } = 22;

    public int Seed { get; init; } = 1;

    public int PatchSize { get; init; } = 4;

    public int EmbedDim { get; init; } = 128;

    public int Depth { get; init; } = 6;

    public int NumHeads { get; init; } = 4;

    public int MlpDim { get; init; } = 512;

    public int BatchSize { get; init; } = 64;

    /// <summary>Peak of the cosine schedule.</summary>
    public double LearningRate { get; init; } = 2e-3;

    /// <summary>Decoupled weight decay, on matrices only.</summary>
    public double WeightDecay { get; init; } = 0.05;

    public double LabelSmoothing { get; init; } = 0.1;

    public double WarmupEpochs { get; init; } = 0.5;

    /// <summary>Threads of libtorch; another number sums in another order.</summary>
    public int Threads { get; init; } = 1;

    public Precision Precision { get; init; } = Precision.BFloat16;
}
