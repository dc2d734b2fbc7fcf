namespace SampleKit;

/// <summary>One thing to time.</summary>
/// <param name="Run">Scores <paramref name="Images"/> images.</param>
/// <param name="Images">Images per run.</param>
/// <param name="Burst">Runs in a row before the next probe has its turn.</param>
internal sealed record TimedAction(Action Run, int Images, int Burst);
