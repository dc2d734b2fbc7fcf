namespace Microsoft.ML.BlockPruning.Sweeps.Tuners;

/// <summary>Chooses the next trial.</summary>
/// <remarks>
/// A tuner keeps nothing: the same state gives the same answer, and times do not count. That is why a sweep that was killed and taken up
/// again comes to the same trials as one that was not.
/// </remarks>
internal interface ITuner
{
    /// <summary>How many trials there are going to be; null where that depends on the results.</summary>
    int? CountIn(TunerState state);

    /// <summary>The trials that are going to be asked for whatever they find, in order; the first is the next one.</summary>
    /// <returns>None of the finished ones, and each once; empty where there is nothing left to try.</returns>
    IEnumerable<Trial> Coming(TunerState state);
}
