namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>What the journal says at its head, and again at the head of every further run.</summary>
/// <param name="Journal">Marks the file: <see cref="Mark"/>.</param>
/// <param name="Version">Of the form.</param>
/// <param name="Identity">Whose trials follow.</param>
/// <param name="Session">Who writes them.</param>
internal sealed record JournalHeader(string Journal, int Version, SweepIdentity Identity, JournalSession Session)
{
    public const string Mark = "blockpruning-sweep";
    public const int CurrentVersion = 2;

    public static JournalHeader Of(SweepIdentity identity, JournalSession session) => new(Mark, CurrentVersion, identity, session);
}
