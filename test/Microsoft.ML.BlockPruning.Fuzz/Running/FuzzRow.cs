namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>What came of one target.</summary>
/// <param name="Target">The format.</param>
/// <param name="Seed">Of the run.</param>
/// <param name="Seconds">That this target had.</param>
/// <param name="Children">Processes that it took; more than one where an input ended one.</param>
/// <param name="Files">Inputs tried.</param>
/// <param name="Kept">Seeds, and inputs that reached a branch.</param>
/// <param name="Branches">Branches of the library and the sample reached; 0 where nothing counts them.</param>
/// <param name="PeakMegabytes">Most resident memory of a process, of 2^20 bytes each, libraries included.</param>
/// <param name="Outcomes">How many inputs were read, and how many ended in each documented exception.</param>
/// <param name="Findings">Everything else.</param>
internal sealed record FuzzRow(
    string Target, int Seed, double Seconds, int Children, long Files, int Kept, int Branches, double PeakMegabytes,
    IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<Finding> Findings);
