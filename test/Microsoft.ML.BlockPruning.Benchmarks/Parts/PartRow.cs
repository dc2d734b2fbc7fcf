namespace Microsoft.ML.BlockPruning.Benchmarks.Parts;

/// <summary>One line of the result; all of a group are measured in the same rounds.</summary>
/// <param name="Group">What is the same in the rows that compare, such as a layer.</param>
/// <param name="Part">What differs.</param>
/// <param name="Milliseconds">The median.</param>
internal sealed record PartRow(string Group, string Part, double Milliseconds);
