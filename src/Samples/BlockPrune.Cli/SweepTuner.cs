namespace BlockPrune.Cli;

/// <summary>The ways to go through what a sweep chooses from.</summary>
internal enum SweepTuner
{
    /// <summary>Every combination.</summary>
    Grid,

    /// <summary>As many combinations as <c>--max-trials</c> says, drawn at random.</summary>
    Random,

    /// <summary>The least kept fraction within <c>--max-drop</c>.</summary>
    Bisection,

    /// <summary>Blocks and criteria race at each kept fraction, on few calibration images first.</summary>
    SuccessiveHalving,
}
