using System.Diagnostics;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Runs.Resuming;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;
using Microsoft.ML.BlockPruning.Tests.Processes;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>Disks without room for a basis or for streams: one exception that names the file, and nothing left there.</summary>
[TestClass]
public sealed class FullDiskTests
{
    private static readonly Dictionary<string, string> Identity = new() { ["of"] = "a test" };

    /// <summary>On a disk of 8 KiB, where a process may mount one.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Change_OnAFullDiskNamesTheFileAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        if (!Runs("mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder["disk"]))
        {
            Assert.Inconclusive("This process may not mount a file system.");
        }

        try
        {
            var dense = TestNetworks.Weights(TestNetworks.Config()); // some 24 KiB
            var calibration = RandomFamily.Calibration(dense.Spec, 20);
            var stored = new StoredBasis(PruneMethods.BasisOf(PruneBasis.Full), new StageFiles(folder["disk"], Identity));

            var error = Assert.ThrowsExactly<IOException>(
                () => stored.Change(dense, calibration, PrunableLayer.Of(dense, new BlockShape(4, 4)), () => { }));

            StringAssert.Contains(error.Message, "prune-shot-0-basis.safetensors");
            StringAssert.Contains(error.Message, "No space left");
            Assert.IsEmpty(Directory.GetFileSystemEntries(folder["disk"]));
        }
        finally
        {
            Runs("umount", folder["disk"]);
        }
    }

    /// <summary>A refit whose residual streams, 1.2 GB, find no room: one clear fault, and nothing where they would have been.</summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void Refit_WithoutRoomForItsStreamsSaysSoAndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["disk"]);
        bool isSmall = Runs("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder["disk"]);
        try
        {
            string room = isSmall ? folder["disk"] : folder["missing"];

            var child = ChildProcess.RunWith("TMPDIR", room, typeof(StreamsWithoutRoom)).AssertSucceeded();

            StringAssert.Contains(child.Output, "bytes for the residual streams of its images in the temporary file");
            StringAssert.Contains(child.Output, "let TMPDIR (TEMP on Windows) name a folder with room");
            Assert.IsTrue(!isSmall || Directory.GetFiles(room, "block-pruning*").Length == 0);
        }
        finally
        {
            Runs("umount", folder["disk"]);
        }
    }

    private static bool Runs(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
