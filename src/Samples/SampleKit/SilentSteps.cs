namespace SampleKit;

/// <summary>Shows nothing, for pipes whose reader wants the answer alone.</summary>
internal sealed class SilentSteps : IStepDisplay
{
    public void Report(string step, double? fraction)
    {
    }

    public void Report(string step, double done, double total, string unit)
    {
    }

    public void Say(string step, string doing)
    {
    }
}
