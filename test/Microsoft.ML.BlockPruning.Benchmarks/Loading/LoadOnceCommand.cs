using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

namespace Microsoft.ML.BlockPruning.Benchmarks.Loading;

/// <summary><c>load-once</c>: the process that <see cref="LoadCommand"/> measures; it prints seconds, peak bytes and deviation.</summary>
internal static class LoadOnceCommand
{
    public const string Name = "load-once";

    public static System.CommandLine.Command Create()
    {
        var model = new Argument<string>("model");
        var expected = new Argument<string?>("expected") { Arity = ArgumentArity.ZeroOrOne };
        var command = new System.CommandLine.Command(Name, "Loads once, to be measured.") { model, expected };
        command.Hidden = true;
        command.SetAction(parsed =>
        {
            var clock = Stopwatch.StartNew();
            double error = parsed.GetValue(expected) is { } file
                ? Score(parsed.GetRequiredValue(model), file, clock)
                : Read(parsed.GetRequiredValue(model), clock);
            using var process = Process.GetCurrentProcess();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{clock.Elapsed.TotalSeconds:R} {process.PeakWorkingSet64} {error:R}"));
        });
        return command;
    }

    private static double Read(string model, Stopwatch clock)
    {
        using var checkpoint = Checkpoint.Open(model);
        var weights = checkpoint.ReadWeights();
        clock.Stop();
        GC.KeepAlive(weights);
        return 0;
    }

    private static double Score(string model, string expected, Stopwatch clock)
    {
        using var network = new MLContext().Transforms.LoadViT(model);
        clock.Stop(); // the reference is not the network's
        using var reference = SafetensorsFile.Open(expected);
        float[] images = reference.ReadSingles("images"), told = reference.ReadSingles("logits");
        int count = (int)reference.Tensors["logits"].Shape[0];
        float[] first = new float[told.Length / count], logits = new float[told.Length];
        clock.Start();
        network.Scorer.Score(images.AsSpan(0, images.Length / count), 1, first);
        clock.Stop();
        network.Scorer.Score(images, count, logits);
        float largest = told.Max(Math.Abs);
        return logits.Zip(told, (found, right) => Math.Abs(found - right)).Max() / largest;
    }
}
