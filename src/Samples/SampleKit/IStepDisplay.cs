namespace SampleKit;

/// <summary>Shows how far a run is.</summary>
internal interface IStepDisplay
{
    /// <summary>Shows a step; the first report starts it, 1 ends it.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="fraction">What is done of it, in [0, 1]; null where that is not known.</param>
    /// <param name="detail">What stands beside its name, such as a rate; null for nothing.</param>
    void Report(string step, double? fraction, string? detail = null);
}
