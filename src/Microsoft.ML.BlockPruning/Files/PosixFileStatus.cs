namespace Microsoft.ML.BlockPruning.Files;

/// <summary>What .NET does not tell of a file.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="User">The owner's number.</param>
/// <param name="Group">The group's number.</param>
internal readonly record struct PosixFileStatus(PosixFileKind Kind, uint User, uint Group);
