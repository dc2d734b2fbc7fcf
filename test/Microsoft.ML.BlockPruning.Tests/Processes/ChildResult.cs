namespace Microsoft.ML.BlockPruning.Tests.Processes;

/// <summary>How a child process ended and what it printed.</summary>
internal sealed record ChildResult(int ExitCode, string Output, string Error)
{
    /// <summary>Fails with everything the child said unless it ended with 0.</summary>
    public ChildResult AssertSucceeded()
    {
        Assert.AreEqual(0, ExitCode, $"\n{Output}\n{Error}");
        return this;
    }
}
