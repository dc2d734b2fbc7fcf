namespace TrainViT;

/// <summary>What forward and backward compute in; weights and optimiser state are float32 either way.</summary>
internal enum Precision
{
    Float32,
    BFloat16,
}
