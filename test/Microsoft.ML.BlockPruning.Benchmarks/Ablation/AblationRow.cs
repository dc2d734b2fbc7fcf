using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>One pruned network of the table.</summary>
/// <param name="Network">Which network.</param>
/// <param name="Seed">Seeds the sampled labels.</param>
/// <param name="Method">What chose what goes and fitted the rest.</param>
/// <param name="Keep">Kept fraction of the dense network's multiply-adds by the one counter, met to one block or unit.</param>
/// <param name="Block">Height x width, or what a method removes that knows no blocks.</param>
/// <param name="FineTuned">Whether any training followed.</param>
/// <param name="Top1">Percent on the 10,000 test images.</param>
/// <param name="DenseTop1">The same of the dense network.</param>
/// <param name="Kl">KL(dense ‖ pruned), nats per test image.</param>
/// <param name="KeptMultiplyAdds">What was really kept, as a fraction of the dense total.</param>
/// <param name="Images">Calibration images; rows without it are older and had all.</param>
internal sealed record AblationRow(
    string Network, long Seed, string Method, double Keep, string Block, bool FineTuned, double Top1, double DenseTop1, double Kl,
    double KeptMultiplyAdds, int Images = AblationSubject.AllImages)
{
    [JsonIgnore]
    public AblationKey Key => new(Network, Images, Seed, Method, Keep, Block, FineTuned);
}
