using System.CommandLine;
using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary><c>blockprune gpu-check</c>: whether a GPU computes what the CPU does, and how long it takes.</summary>
internal static class GpuCheckVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var gpu = CommonOptions.One("--gpu", "The GPU's number, as nvidia-smi lists them", 0, CommonOptions.ReadCount);
        var verb = new Command("gpu-check", "Compares an NVIDIA GPU with the CPU, kernel by kernel, and times it.") { gpu, common.Json };
        return verb.Does(output, (parsed, cancel) =>
        {
            try
            {
                var report = GpuCheck.Run(parsed.GetValue(gpu), new LineProgress(output.Error), cancel);
                if (parsed.GetValue(common.Json))
                {
                    output.Out.WriteLine(report.ToJson());
                }
                else
                {
                    output.Out.Write(report);
                }

                return report.Passed ? 0 : CommandShell.Failed;
            }
            catch (PlatformNotSupportedException missing)
            {
                output.Error.WriteLine($"Error: {missing.Message}");
                return Cli.NoGpu;
            }
        });
    }

    /// <summary>In order and at once, which <see cref="Progress{T}"/> is not.</summary>
    private sealed class LineProgress(TextWriter writer) : IProgress<string>
    {
        public void Report(string value) => writer.WriteLine(value);
    }
}
