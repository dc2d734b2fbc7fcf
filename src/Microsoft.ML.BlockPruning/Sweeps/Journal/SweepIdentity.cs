namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>What makes two sweeps the same: a result of one is a result of the other. A journal holds one identity.</summary>
/// <param name="Model">SHA-256 of the dense network's shape and weights, hexadecimal.</param>
/// <param name="Data">SHA-256 of the calibration and validation images and their labels, hexadecimal.</param>
/// <param name="Method">Everything else that a result depends on: allocation, refit, shots, floors.</param>
/// <param name="Seed">Seeds the pruning.</param>
/// <param name="Library">Version of this library.</param>
internal sealed record SweepIdentity(string Model, string Data, string Method, long Seed, string Library)
{
    /// <summary>Says in what another identity differs.</summary>
    /// <param name="other">What was found.</param>
    /// <returns>"the model (sha256 12ab…, expected 34cd…)" and the like; empty where they are equal.</returns>
    public string DifferenceTo(SweepIdentity other) => string.Join(
        ", ",
        new (string Name, object Expected, object Found)[]
        {
            ("the model", Short(Model), Short(other.Model)),
            ("the images", Short(Data), Short(other.Data)),
            ("the method", Method, other.Method),
            ("the seed", Seed, other.Seed),
            ("the library's version", Library, other.Library),
        }.Where(part => !part.Expected.Equals(part.Found))
            .Select(part => $"{part.Name} (it has {part.Found}, this sweep {part.Expected})"));

    private static string Short(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
