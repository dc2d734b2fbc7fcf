namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>What came of killing a writer (SIGKILL) again and again.</summary>
/// <param name="Writer">Which.</param>
/// <param name="Seed">Of the moments.</param>
/// <param name="Kills">How many.</param>
/// <param name="Before">Kills just before a write.</param>
/// <param name="During">Kills in the middle of one.</param>
/// <param name="After">Kills when it had returned.</param>
/// <param name="Old">How often the old file was there.</param>
/// <param name="New">How often the new one was.</param>
/// <param name="PartsBeside">How often an unfinished file lay beside it then.</param>
/// <param name="PartsAfterNextSave">How often one still lay there after the next save.</param>
/// <param name="Wrong">Kills after which the file was neither, or not the one that it had to be.</param>
internal sealed record SaveKillRow(
    string Writer, int Seed, int Kills, int Before, int During, int After, int Old, int New, int PartsBeside, int PartsAfterNextSave,
    IReadOnlyList<string> Wrong);
