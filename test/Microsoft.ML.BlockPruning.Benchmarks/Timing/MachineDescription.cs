using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Benchmarks.Timing;

/// <summary>What a result file says of where it was measured.</summary>
internal static class MachineDescription
{
    public static string Processor { get; } = ReadProcessor();

    /// <param name="usedThreads">Threads that each of the compared programs used.</param>
    public static object Machine(int usedThreads) => new
    {
        processor = Processor,
        threads = Environment.ProcessorCount,
        usedThreads,
        memoryBytes = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        os = RuntimeInformation.OSDescription,
        kernel = CpuKernels.Selected.Name,
    };

    public static object Versions { get; } = new
    {
        dotnet = RuntimeInformation.FrameworkDescription,
        blockPruning = typeof(CpuKernels).Assembly.GetName().Version!.ToString(),
        torchSharp = typeof(TorchSharp.torch).Assembly.GetName().Version!.ToString(),
        onnxRuntime = typeof(OnnxRuntime.InferenceSession).Assembly.GetName().Version!.ToString(),
    };

    private static string ReadProcessor()
    {
        const string file = "/proc/cpuinfo";
        string? Field(string name) => File.ReadLines(file)
            .FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':')[1].Trim();
        return File.Exists(file)
            ? $"{Field("model name")}, family {Field("cpu family")} model {Field("model\t")}"
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
