namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>What somebody reads who typed something wrong, and what help shows.</summary>
[TestClass]
public sealed class OptionMessageTests
{
    [TestMethod]
    public void Program_AloneShowsHelp()
    {
        var run = CliRun.Of();

        Assert.AreEqual(0, run.ExitCode);
        StringAssert.Contains(run.Output, "Usage:");
        StringAssert.Contains(run.Output, "gpu-check");
        Assert.AreEqual("", run.Error);
    }

    [TestMethod]
    [DataRow("prun", "There is no verb prun. Did you mean prune?")]
    [DataRow("evalaute a.zip", "There is no verb evalaute. Did you mean evaluate?")]
    [DataRow("prune --bundled --kepe 0.5", "There is no option --kepe. Did you mean --keep?")]
    [DataRow("prune --hlep", "There is no option --hlep. Did you mean --help?")]
    [DataRow("predict a.zip --imagse x", "There is no option --imagse. Did you mean --images?")]
    [DataRow("prune --bundled --criterion obs", "Did you mean obs-path?")]
    [DataRow("prune --bundled --refit reconstrution", "Did you mean reconstruction?")]
    [DataRow("prune --bundled --weight-format bfloat61", "Did you mean bfloat16?")]
    [DataRow("sweep --bundled --tuner bisect", "Did you mean bisection?")]
    public void Slip_IsAnsweredWithWhatWasMeant(string arguments, string says)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, says);
        Assert.DoesNotContain("0.5 is one word too many", run.Error);
    }

    [TestMethod]
    [DataRow("frobnicate")]
    [DataRow("prune --zzzzzzzz")]
    [DataRow("prune --bundled --criterion xyz")]
    public void Word_ThatIsNearNothingGetsNoSuggestion(string arguments)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(2, run.ExitCode);
        Assert.DoesNotContain("Did you mean", run.Error);
    }

    [TestMethod]
    [DataRow("prune --bundled --keep 0,5", "did you mean 0.5?")]
    [DataRow("prune --bundled --held-out 0,1", "did you mean 0.1?")]
    [DataRow("sweep --bundled --keep 0,7", "did you mean 0.7?")]
    [DataRow("sweep --bundled --keep 0,7,0,5", "did you mean 0.7,0.5?")]
    [DataRow("sweep --bundled --max-drop 0,01", "did you mean 0.01?")]
    [DataRow("sweep --bundled --memory-limit 512,5", "did you mean 512.5?")]
    [DataRow("bench x.zip --seconds 1,5", "did you mean 1.5?")]
    public void DecimalComma_IsExplained(string arguments, string says)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, "A decimal point is a point here, a comma parts the values of a list");
        StringAssert.Contains(run.Error, says);
    }

    /// <summary>Points would not make these right, so that nothing is said of commas.</summary>
    [TestMethod]
    [DataRow("prune --bundled --keep 1,5")]
    [DataRow("sweep --bundled --keep 0.7,5")]
    [DataRow("prune --bundled --block 16,16")]
    public void Comma_OfAnotherMistakeIsNotExplained(string arguments)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(2, run.ExitCode);
        Assert.DoesNotContain("decimal point", run.Error);
    }

    [TestMethod]
    [DataRow("prune --bundled --output pruned.safetensors", "pruned.safetensors does not end in .zip", "Did you mean pruned.zip?")]
    [DataRow("prune --bundled --output pruned", "pruned does not end in .zip", "Did you mean pruned.zip?")]
    [DataRow("prune --bundled --report page.txt", "page.txt does not end in .html", "Did you mean page.html?")]
    [DataRow("sweep --bundled --output best.onnx", "best.onnx does not end in .zip", "Did you mean best.zip?")]
    [DataRow("sweep --bundled --journal sweep.csv", "sweep.csv does not end in .jsonl", "Did you mean sweep.jsonl?")]
    [DataRow("sweep --bundled --report sweep.md", "sweep.md does not end in .html", "Did you mean sweep.html?")]
    [DataRow("report --journal a.jsonl --output page.pdf", "page.pdf does not end in .html", "Did you mean page.html?")]
    [DataRow("export a.zip network.pt", "network.pt does not end in .safetensors", "Did you mean network.safetensors?")]
    public void FileOfAnotherEnding_IsRefusedAtOnce(string arguments, string says, string instead)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, says);
        StringAssert.Contains(run.Error, instead);
    }

    [TestMethod]
    [DataRow("sweep", "[default: 0.7,0.5,0.35,0.25]", "[default: obs-path]", "[default: multiply-adds]", "[default: in-process]")]
    [DataRow("prune", "[default: 16x16]", "[default: 0.1]", "[default: reconstruction]", "[default: float32]")]
    [DataRow("export", "[default: bsr]")]
    [DataRow("bench", "[default: 1,32]")]
    public void Help_ShowsDefaultsAsOneTypesThem(string verb, params string[] defaults)
    {
        string help = CliRun.Of(verb, "--help").Output;

        foreach (string shown in defaults)
        {
            StringAssert.Contains(help, shown);
        }

        Assert.DoesNotContain("Unspecified", help);
        Assert.DoesNotContain("System.", help);
    }

    [TestMethod]
    [DataRow("predict", "JSON Lines, an object a line")]
    [DataRow("evaluate", "JSON, one object")]
    [DataRow("sweep", "in JSON Lines, a line each")]
    public void Help_TellsJsonFromJsonLines(string verb, string says) => StringAssert.Contains(CliRun.Of(verb, "--help").Output, says);

    /// <summary>What a .NET program says by itself of a value that it cannot read names types, which nobody can type.</summary>
    [TestMethod]
    [DataRow("prune --bundled --seed x", "--seed: x is no whole number.")]
    [DataRow("sweep --bundled --max-trials x", "--max-trials: x is not a whole number of at least 1.")]
    [DataRow("sweep --bundled --max-seconds 0", "--max-seconds: 0 is not a whole number of at least 1.")]
    [DataRow("sweep --bundled --memory-limit x", "--memory-limit: x is no number of megabytes.")]
    [DataRow("evaluate a.zip --max-images x", "There is no option --max-images.")]
    [DataRow("gpu-check --gpu first", "--gpu: first is no number of 0 or more.")]
    public void WrongNumber_IsNamedWithoutATypeOfDotNet(string arguments, string says)
    {
        var run = CliRun.Of(arguments.Split(' '));

        Assert.AreEqual(2, run.ExitCode);
        StringAssert.Contains(run.Error, says);
        Assert.DoesNotContain("System.", run.Error);
    }
}
