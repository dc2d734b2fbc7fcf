namespace SampleKit;

/// <summary>Shows how far a run is.</summary>
internal interface IStepDisplay
{
    /// <summary>Shows a step; the first report starts it, 1 ends it. One that has ended may begin again.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="fraction">What is done of it, in [0, 1], in proportion to the time that it takes; null where that is not known.</param>
    void Report(string step, double? fraction);

    /// <summary>Shows a step whose parts are counted, with its rate; the first report starts it, the total ends it.</summary>
    /// <param name="step">The step's name.</param>
    /// <param name="done">How many are done.</param>
    /// <param name="total">How many there are.</param>
    /// <param name="unit">What is counted, such as <c>images</c>.</param>
    void Report(string step, double done, double total, string unit);

    /// <summary>Says what a step is at, beside its name.</summary>
    /// <param name="step">A step that has been reported and has not ended.</param>
    /// <param name="doing">A few words.</param>
    void Say(string step, string doing);

    /// <summary>Shows a step of which nothing is known but that it runs.</summary>
    /// <returns>What the work gives.</returns>
    T Run<T>(string step, Func<T> work)
    {
        Report(step, null);
        var result = work();
        Report(step, 1);
        return result;
    }
}
