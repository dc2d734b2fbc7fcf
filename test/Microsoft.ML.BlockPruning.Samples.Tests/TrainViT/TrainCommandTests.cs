using global::TrainViT;

namespace Microsoft.ML.BlockPruning.Samples.Tests.TrainViT;

[TestClass]
public sealed class TrainCommandTests
{
    [TestMethod]
    [DataRow("--data none --out out --epochs 0", 2, "too small")]
    [DataRow("--data none --out out --rate 0", 2, "--rate 0 is not above zero")]
    [DataRow("--data none --out out --epoch 3", 2, "--epochs")] // the right ones are listed
    [DataRow("--data none", 2, "--out")]
    [DataRow("--data none --out out --dim 30 --heads 4", 1, "none")]
    public async Task WrongInput_GivesAReadableLineAndACode(string arguments, int exitCode, string says)
    {
        using var folder = new TemporaryFolder();
        string[] args = [.. arguments.Split(' ').Select(argument => argument == "out" ? folder.File("out") : argument)];
        using var error = new StringWriter();

        int code = await TrainCommand.InvokeAsync(args, TextWriter.Null, error);

        Assert.AreEqual(exitCode, code, error.ToString());
        Assert.Contains(says, error.ToString());
        Assert.DoesNotContain("   at ", error.ToString(), "a user gets no stack trace");
    }
}
