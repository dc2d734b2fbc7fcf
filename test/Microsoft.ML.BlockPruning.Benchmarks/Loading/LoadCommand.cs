using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;

namespace Microsoft.ML.BlockPruning.Benchmarks.Loading;

/// <summary><c>load</c>: time and memory of reading networks as eng/torch-networks.sh leaves them, and whether their logits are PyTorch's.
/// </summary>
internal static class LoadCommand
{
    private const double MostError = 1e-4;

    public static System.CommandLine.Command Create()
    {
        var networks = new Option<DirectoryInfo>("--networks") { Description = "What eng/torch-networks.sh made.", Required = true };
        var runs = new Option<int>("--runs") { Description = "Processes of each kind.", DefaultValueFactory = _ => 5 };
        var json = new Option<string?>("--json") { Description = "Writes the result." };
        var command = new System.CommandLine.Command("load", "Times reading real checkpoints, and holds their logits against PyTorch's.")
        {
            networks, runs, json,
        };
        command.SetAction(parsed =>
        {
            var rows = Measure(parsed.GetRequiredValue(networks), parsed.GetValue(runs)).ToList();
            if (parsed.GetValue(json) is { } path)
            {
                ResultFile.Write(path, Environment.ProcessorCount, rows);
            }

            return rows.TrueForAll(row => row.LogitError <= MostError) ? 0 : 1;
        });
        return command;
    }

    private static IEnumerable<LoadRow> Measure(DirectoryInfo networks, int runs)
    {
        Console.WriteLine("| network | form | MB | read, s | peak, of the file | first logits, s | peak, of the file | deviation |");
        Console.WriteLine("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (var network in networks.GetDirectories().OrderBy(folder => folder.Name, StringComparer.Ordinal))
        {
            foreach (var form in network.GetDirectories().OrderBy(folder => folder.Name, StringComparer.Ordinal))
            {
                var row = Measure(network, form, runs);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {row.Network} | {row.Form} | {row.FileBytes / 1e6:F0} | {row.ReadSeconds:F2} | {Times(row.ReadPeakBytes)} | "
                    + $"{row.LogitsSeconds:F2} | {Times(row.LogitsPeakBytes)} | {row.LogitError:0.0e0} |"));
                yield return row;

                string Times(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{(double)bytes / row.FileBytes:F2}");
            }
        }
    }

    private static LoadRow Measure(DirectoryInfo network, DirectoryInfo form, int runs)
    {
        var files = form.GetFiles();
        string model = files.Length == 1 ? files[0].FullName : form.FullName;
        string expected = Path.Combine(network.FullName, "expected.safetensors");
        Run(model); // the file is in the system's cache from here on
        var read = Enumerable.Range(0, runs).Select(_ => Run(model)).ToArray();
        var scored = Enumerable.Range(0, runs).Select(_ => Run(model, expected)).ToArray();
        return new LoadRow(
            network.Name, form.Name, files.Sum(file => file.Length), Median(read.Select(run => run.Seconds)),
            read.Max(run => run.PeakBytes), Median(scored.Select(run => run.Seconds)), scored.Max(run => run.PeakBytes),
            scored.Max(run => run.Error));
    }

    private static (double Seconds, long PeakBytes, double Error) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, ["exec", Assembly.GetExecutingAssembly().Location, LoadOnceCommand.Name, .. arguments])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        string[] answer = process.StandardOutput.ReadToEnd().Split(' ');
        process.WaitForExit();
        return process.ExitCode == 0 && answer.Length == 3
            ? (double.Parse(answer[0], CultureInfo.InvariantCulture), long.Parse(answer[1], CultureInfo.InvariantCulture),
                double.Parse(answer[2], CultureInfo.InvariantCulture))
            : throw new InvalidOperationException($"{arguments[0]} was not read: exit code {process.ExitCode}.");
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
