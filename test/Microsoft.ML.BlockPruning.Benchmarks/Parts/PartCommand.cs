using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks.Kernels;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.Parts;

/// <summary>The verb <c>parts</c>: forms of GELU behind a layer, an MLP with and without its dead units, and ways to read tokens.</summary>
internal static class PartCommand
{
    private const double SampleSeconds = 0.01;
    private const int Rounds = 9;

    public static System.CommandLine.Command Create()
    {
        var json = new Option<FileInfo?>("--json") { Description = "File to write the rows to." };
        const string description = "Times forms of GELU behind a layer, an MLP with and without its dead units, and ways to read tokens.";
        var command = new System.CommandLine.Command("parts", description) { json };
        command.SetAction(parsed => Run(parsed.GetValue(json)));
        return command;
    }

    private static int Run(FileInfo? json)
    {
        using var pool = new WorkerPool(threads: 1);
        var rounds = new InterleavedRounds(new ContentionGate(), Rounds, SampleSeconds);
        var rows = new List<PartRow>();
        foreach (var row in LayerShape.DeiT.Where(shape => shape.Layer == "fc1").SelectMany(shape => Gelus(shape, rounds, pool))
            .Concat(Mlps(rounds, pool)).Concat(Readouts(rounds)))
        {
            rows.Add(row);
            double first = rows.First(one => one.Group == row.Group).Milliseconds;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Group,-48} {row.Part,-36} {row.Milliseconds,9:F3} ms {row.Milliseconds / first,7:F3}"));
        }

        if (json is not null)
        {
            ResultFile.Write(json.FullName, pool.Threads, rows);
        }

        return 0;
    }

    private static List<PartRow> Gelus(LayerShape shape, InterleavedRounds rounds, WorkerPool pool)
    {
        var problem = new LinearProblem(shape, batch: 1);
        Epilogue[] epilogues = [Epilogue.None, Epilogue.Gelu, Epilogue.TanhGelu, Epilogue.QuickGelu];
        BlockSparseLinear[] linears =
        [
            .. epilogues.Select(epilogue => new BlockSparseLinear(problem, problem.Mask(new BlockShape(32, 32), 0.5), pool, epilogue)),
        ];
        double[] seconds = rounds.Medians([.. linears.Select(linear => (Action)linear.Run)]);
        Array.ForEach(linears, linear => linear.Dispose());
        return [.. epilogues.Zip(seconds, (epilogue, time) => new PartRow(shape.Name, epilogue.ToString(), 1e3 * time))];
    }

    private static IEnumerable<PartRow> Mlps(InterleavedRounds rounds, WorkerPool pool)
    {
        foreach (var (rest, sparsity) in new[] { ("the others dense", 0.0), ("half of the others' blocks", 0.5) })
        {
            var mlp = MlpProblem.WithDeadUnits(sparsity);
            using var empty = new MeasuredMlp(mlp, pool);
            using var cut = new MeasuredMlp(MlpProblem.Cut(mlp), pool);
            double[] seconds = rounds.Medians([empty.Run, cut.Run]);
            string group = $"{MlpProblem.Name}, {rest}";
            yield return new PartRow(group, "half of the units empty", 1e3 * seconds[0]);
            yield return new PartRow(group, "half of the units cut", 1e3 * seconds[1]);
        }
    }

    private static IReadOnlyList<PartRow> Readouts(InterleavedRounds rounds)
    {
        (string Name, NetworkSpec Spec)[] networks =
        [
            ("class token", ReadoutNetworks.ClassToken),
            ("class token, norm before", ReadoutNetworks.NormedBefore),
            ("mean of patches, norm of it", ReadoutNetworks.NormedMean),
            ("norm of all, mean of patches", ReadoutNetworks.MeanOfNormed),
        ];
        SparseViTSession[] sessions =
            [.. networks.Select(network => new SparseViTSession(ReadoutNetworks.Random(network.Spec), threads: 1))];
        float[] image = new float[ReadoutNetworks.ClassToken.ImageDim], logits = new float[ReadoutNetworks.ClassToken.NumClasses];
        double[] seconds = rounds.Medians([.. sessions.Select(session => (Action)(() => session.Score(image, 1, logits)))]);
        Array.ForEach(sessions, session => session.Dispose());
        return [.. networks.Zip(seconds, (network, time) => new PartRow("DeiT-S of 4 layers", network.Name, 1e3 * time))];
    }
}
