namespace Microsoft.ML.BlockPruning.Tests.Checkpoints;

/// <summary>
/// The distilled network of an odd shape that <c>eng/fixtures/make-vit-fixture.py</c> made with PyTorch: 27 tokens, three heads of 24
/// features, an MLP of 100, LayerNorm epsilon 0.01; its matrices are stored as bfloat16, its norms' scales as float16.
/// </summary>
internal static class DistilledViT
{
    /// <summary>A network under timm's names, with a config.json beside it.</summary>
    public static string ModelPath => Fixture("model.safetensors");

    /// <summary>Its <c>images</c> [3, 1, 40, 40] and <c>logits</c> [3, 7] in double arithmetic, rounded to float32.</summary>
    public static string ExpectedPath => Fixture("expected.safetensors");

    private static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "Checkpoints", "Fixtures", "DistilledViT", name);
}
