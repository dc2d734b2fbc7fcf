using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Pruning.Refit;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Tests.Pruning.Bases;

/// <summary>The program of a process whose temporary folder has no room: refits by streams of 1.2 GB and prints what it is told.</summary>
internal static class StreamsWithoutRoom
{
    private const int Images = 20_000, Tokens = 256, Width = 60;

    public static int Run(string[] args)
    {
        var spec = new NetworkSpec(
            "wide", imageSize: 16, channels: 1,
            new StemSpec(PatchSize: 1, new LinearSpec("stem", Width, 1, Tokens), [], "position"),
            [
                new BranchSpec(
                    "a", new NormSpec("a.norm", Width, 1e-5f), new LinearSpec("a.up", 8, Width, Tokens), new GeluSpec(GeluForm.Quick),
                    new LinearSpec("a.down", Width, 8, Tokens)),
            ],
            new NormSpec("last", Width, 1e-5f),
            [new HeadSpec(new TokenPooling(0), new LinearSpec("classes", 3, Width, 1))]);
        var dense = RandomFamily.Weights(spec);
        var calibration = RandomFamily.Calibration(spec, Images);
        var layers = PrunableLayer.Of(dense, new BlockShape(4, 4));
        var plan = new SparsityPlan();
        foreach (var layer in layers)
        {
            var mask = layer.Blocks.Clone();
            mask[0, 0] = false;
            plan.Add(layer.Name, mask);
        }

        float[] even = new float[Images * Tokens];
        Array.Fill(even, 1);
        var task = new RefitTask(
            dense, calibration, layers, [.. layers.Select(layer => layer.Groups.Select(_ => even).ToArray())], plan, Seed: 1);
        LibTorch.EnsureLoaded();
        var guard = TensorLeakGuard.Start();
        var error = Assert.ThrowsExactly<IOException>(() => PruneMethod.FeedbackRefit(task).Run(() => { }));
        guard.AssertNothingLeaked();
        Console.WriteLine(error.Message);
        return 0;
    }
}
