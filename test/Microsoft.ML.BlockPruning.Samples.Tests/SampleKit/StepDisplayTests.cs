using Spectre.Console;

namespace Microsoft.ML.BlockPruning.Samples.Tests.SampleKit;

[TestClass]
public sealed class StepDisplayTests
{
    [TestMethod]
    [DataRow(0.05, "3.00 images/min")]
    [DataRow(0.1234, "0.12 images/s")]
    [DataRow(12.34, "12.3 images/s")]
    [DataRow(1234.5, "1234 images/s")]
    public void Rate_HasThreeDigits(double perSecond, string expected) => Assert.AreEqual(expected, StepRate.Format(perSecond, "images"));

    [TestMethod]
    public void Lines_SayNoRateOfWhatWasDoneBeforeTheFirstReport()
    {
        var lines = new List<string>();
        using var steps = new LineSteps(lines.Add);

        steps.Report("Calibrating", 60, 60, "images");

        CollectionAssert.AreEqual(new[] { "Calibrating: done" }, lines);
    }

    [TestMethod]
    public void Bars_SayNoRateOfWhatWasDoneBeforeTheFirstReport()
    {
        using var output = new StringWriter();

        LiveSteps.Run(Console(output, InteractionSupport.Yes), display =>
        {
            display.Report("Calibrating", 60, 60, "images");
            Thread.Sleep(300);
            return 0;
        });

        StringAssert.Contains(output.ToString(), "Calibrating");
        Assert.DoesNotContain("images/s", output.ToString());
    }

    [TestMethod]
    public void Bars_SayWhatAStepIsAt()
    {
        using var output = new StringWriter();

        LiveSteps.Run(Console(output, InteractionSupport.Yes), display =>
        {
            display.Report("Trials", 0, 4, "trials");
            display.Say("Trials", "refitting");
            Thread.Sleep(300);
            return 0;
        });

        StringAssert.Contains(output.ToString(), "Trials: refitting");
    }

    [TestMethod]
    [DataRow(120, 1)]
    [DataRow(20, 40)]
    public void Bars_GiveWayToLinesWhereTheyDoNotFit(int width, int height)
    {
        using var output = new StringWriter();
        var console = Console(output, InteractionSupport.Yes);
        (console.Profile.Width, console.Profile.Height) = (width, height);

        int answer = LiveSteps.Run(console, display =>
        {
            display.Report("Checking", 4, 4, "images");
            return 7;
        });

        Assert.AreEqual(7, answer);
        Assert.AreEqual("Checking: done\n", output.ToString());
    }

    [TestMethod]
    public void Lines_SayTheRateOfWhatIsCounted()
    {
        var lines = new List<string>();
        using var steps = new LineSteps(lines.Add);

        steps.Report("Checking", 1, 4, "images");
        Thread.Sleep(20);
        steps.Report("Checking", 4, 4, "images");
        steps.Report("Checking", 4, 4, "images");

        Assert.HasCount(1, lines);
        StringAssert.Matches(lines[0], new(@"^Checking: \d+\.\d s, [\d.]+ images/s$"));
    }

    [TestMethod]
    public void Bars_ShowRateAndTimeLeft()
    {
        using var output = new StringWriter();

        LiveSteps.Run(Console(output, InteractionSupport.Yes), display =>
        {
            display.Report("Checking", 1, 4, "images");
            display.Report("Refitting", 0);
            Thread.Sleep(20);
            display.Report("Refitting", 0.5);
            Thread.Sleep(300); // the bars are drawn ten times a second
            display.Report("Checking", 4, 4, "images");
            return 0;
        });

        StringAssert.Contains(output.ToString(), "images/s");
        StringAssert.Matches(output.ToString(), new(@"0 s so far, about 1 s left"));
        StringAssert.Contains(output.ToString(), "50%");
    }

    private static IAnsiConsole Console(StringWriter output, InteractionSupport interactive)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = interactive == InteractionSupport.Yes ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = interactive,
        });
        (console.Profile.Width, console.Profile.Height) = (120, 40);
        return console;
    }
}
