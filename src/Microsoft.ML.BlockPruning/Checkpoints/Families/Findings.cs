namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What is found out about a network while it is recognised: facts with their origin, and what a user should know.</summary>
internal sealed class Findings
{
    private readonly List<CheckpointFact> _facts = [];

    /// <summary>What was assumed, folded or passed over, as sentences.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>What is so, and who says it.</summary>
    public IReadOnlyList<CheckpointFact> Facts => _facts;

    /// <summary>Adds a fact.</summary>
    public void Tell(string name, string value, string origin) => _facts.Add(new CheckpointFact(name, value, origin));
}
