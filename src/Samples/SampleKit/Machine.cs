using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning;

namespace SampleKit;

/// <summary>Where something was measured; a time without it says little.</summary>
/// <param name="Processor">Its name.</param>
/// <param name="Threads">Logical cores that the process may use.</param>
/// <param name="Os">The system and its version.</param>
/// <param name="Runtime">.NET's version.</param>
/// <param name="BlockPruning">The library's version.</param>
internal sealed record Machine(string Processor, int Threads, string Os, string Runtime, string BlockPruning)
{
    private const string CpuInfo = "/proc/cpuinfo";

    public static Machine Current { get; } = new(
        ProcessorName(), Environment.ProcessorCount, RuntimeInformation.OSDescription, RuntimeInformation.FrameworkDescription,
        typeof(SparseViTTransformer).Assembly.GetName().Version?.ToString() ?? "");

    public override string ToString() => $"{Processor}, {Threads} threads, {Os}, {Runtime}, Microsoft.ML.BlockPruning {BlockPruning}";

    private static string ProcessorName() =>
        (File.Exists(CpuInfo)
            ? File.ReadLines(CpuInfo).FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")) // Windows
        ?? RuntimeInformation.ProcessArchitecture.ToString();
}
