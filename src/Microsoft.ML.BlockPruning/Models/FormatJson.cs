namespace Microsoft.ML.BlockPruning.Models;

/// <summary>The entry as it is written.</summary>
/// <param name="Usual">The format of all layers but the others.</param>
/// <param name="Others">By the names of layers.</param>
internal sealed record FormatJson(string Usual, Dictionary<string, string> Others);
