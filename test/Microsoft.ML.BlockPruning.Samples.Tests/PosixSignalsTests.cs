using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Samples.Tests;

/// <summary>What the tests of Ctrl-C rest on: a child can be interrupted even where the tests themselves ignore it.</summary>
[TestClass]
public sealed class PosixSignalsTests
{
    [TestMethod]
    [OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
    [DataRow(PosixSignals.Hangup)]
    [DataRow(PosixSignals.Interrupt)]
    [DataRow(PosixSignals.Quit)]
    [DataRow(PosixSignals.Terminate)]
    public void WithoutIgnored_StartsAChildThatTheSignalEnds(int signal)
    {
        using var ignoring = PosixSignals.Ignoring(signal);
        using var ends = PosixSignals.WithoutIgnored(() => Process.Start("sleep", ["600"]));
        using var stays = Process.Start("sleep", ["600"]);
        try
        {
            PosixSignals.Send(ends.Id, signal);
            PosixSignals.Send(stays.Id, signal);

            Assert.IsTrue(ends.WaitForExit(TimeSpan.FromMinutes(1)), "the signal is lost");
            Assert.AreEqual(128 + signal, ends.ExitCode);
            Assert.IsFalse(stays.HasExited, "what a child inherits is put back");
        }
        finally
        {
            ends.Kill();
            stays.Kill();
        }
    }
}
