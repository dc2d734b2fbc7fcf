namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>How to start a child process; its pipes and its folder follow as arguments.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its first arguments.</param>
internal sealed record ChildCommand(string FileName, IReadOnlyList<string> Arguments);
