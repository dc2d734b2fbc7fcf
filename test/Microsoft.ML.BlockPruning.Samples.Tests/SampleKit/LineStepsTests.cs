namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

/// <summary>What a pipe is told, and when.</summary>
[TestClass]
public sealed class LineStepsTests
{
    private readonly SetTime _time = new();
    private readonly List<string> _lines = [];

    [TestMethod]
    public void Step_SaysALineEveryTenSecondsAndAtItsEnd()
    {
        using var steps = new LineSteps(_lines.Add, time: _time);

        steps.Report("Refitting", 0);
        for (int tenth = 1; tenth <= 4; tenth++)
        {
            _time.Pass(6);
            steps.Report("Refitting", tenth / 4.0);
        }

        CollectionAssert.AreEqual(
            new[]
            {
                "Refitting: 25 %, 10 s so far, about 15 s left", // at 6 s a quarter was done, 18 s were left, 4 s ago
                "Refitting: 75 %, 20 s so far, about 4 s left",
                "Refitting: 24.0 s",
            },
            _lines);
    }

    [TestMethod]
    public void Step_ThatReportsNothingSaysThatItRuns()
    {
        using var steps = new LineSteps(_lines.Add, time: _time);

        int answer = ((IStepDisplay)steps).Run("Loading", () =>
        {
            _time.Pass(21);
            return 7;
        });

        Assert.AreEqual(7, answer);
        CollectionAssert.AreEqual(new[] { "Loading: 10 s so far", "Loading: 20 s so far", "Loading: 21.0 s" }, _lines);
    }

    [TestMethod]
    public void Step_SaysWhatItIsAt()
    {
        using var steps = new LineSteps(_lines.Add, time: _time);

        steps.Report("Trials", 1, 4, "trials");
        steps.Say("Trials", "refitting");
        _time.Pass(10);

        CollectionAssert.AreEqual(new[] { "Trials (refitting): 25 %, 10 s so far" }, _lines);
    }

    [TestMethod]
    public void ShortSteps_SayNothing()
    {
        using var steps = new LineSteps(_lines.Add, TimeSpan.FromSeconds(5), _time);

        steps.Report("Reading", null);
        _time.Pass(4.9);
        steps.Report("Reading", 1);
        steps.Report("Scoring", 0, 10, "images");
        _time.Pass(5);
        steps.Report("Scoring", 10, 10, "images");
        steps.Report("Scoring", 10, 10, "images");

        CollectionAssert.AreEqual(new[] { "Scoring: 5.0 s, 2.00 images/s" }, _lines);
    }

    [TestMethod]
    public void Step_ThatComesAgainIsToldAgain()
    {
        using var steps = new LineSteps(_lines.Add, time: _time);
        for (int part = 0; part < 2; part++)
        {
            steps.Report("Checking", 0, 4, "images");
            _time.Pass(2);
            steps.Report("Checking", 4, 4, "images");
        }

        CollectionAssert.AreEqual(new[] { "Checking: 2.0 s, 2.00 images/s", "Checking: 2.0 s, 2.00 images/s" }, _lines);
    }

    [TestMethod]
    public void Nothing_IsSaidBetweenSteps()
    {
        using var steps = new LineSteps(_lines.Add, time: _time);
        steps.Report("Reading", 0);
        _time.Pass(1);
        steps.Report("Reading", 1);
        _time.Pass(60);

        CollectionAssert.AreEqual(new[] { "Reading: 1.0 s" }, _lines);
    }
}
