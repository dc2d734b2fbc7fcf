using System.Runtime.CompilerServices;
using Microsoft.ML.BlockPruning.FineTuning;
using SharpFuzz;

namespace Microsoft.ML.BlockPruning.Fuzz.Coverage;

/// <summary>A folder with this program in it, whose readers count their branches; what is built stays as it is.</summary>
internal static class InstrumentedCopy
{
    private const string Root = "Microsoft.ML.BlockPruning.";
    private static readonly string[] Instrumented = ["Microsoft.ML.BlockPruning.dll", "FashionMnist.dll"];

    // Rooms that compute: most of their branches say nothing of a file, they are many, and several threads take them at once.
    private static readonly string[] Computing =
    [
        .. new[] { "Kernels", "Inference", "Measurement", "Torch", "Calibration", "Optimization", "FineTuning", "Pruning" }
            .Select(room => $"{Root}{room}."),
    ];

    // Computes in its room, and reads.
    private static readonly string[] ReadingAllTheSame = [typeof(FineTuneState).FullName!];

    /// <summary>Makes the folder anew.</summary>
    /// <param name="folder">Where; what is there is deleted.</param>
    /// <returns>The program in it.</returns>
    public static string Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
        string program = typeof(InstrumentedCopy).Assembly.GetName().Name!;
        foreach (string entry in Directory.EnumerateFileSystemEntries(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(entry), target = Path.Combine(folder, name);
            if (name.StartsWith(program, StringComparison.Ordinal) || Instrumented.Contains(name))
            {
                File.Copy(entry, target);
            }
            else
            {
                // 600 MB of natives are not copied.
                File.CreateSymbolicLink(target, entry);
            }
        }

        foreach (string assembly in Instrumented)
        {
            Fuzzer.Instrument(Path.Combine(folder, assembly), IsReading, NoOptions());
        }

        return Path.Combine(folder, program + ".dll");
    }

    /// <summary>Whether this process runs with instrumented assemblies.</summary>
    public static bool IsRunning => typeof(SparseViTTransformer).Assembly.GetReferencedAssemblies()
        .Any(assembly => assembly.Name == typeof(SharpFuzz.Common.Trace).Assembly.GetName().Name);

    private static bool IsReading(string type) =>
        !Computing.Any(room => type.StartsWith(room, StringComparison.Ordinal))
        || ReadingAllTheSame.Any(reader => type.StartsWith(reader, StringComparison.Ordinal));

    // Its constructor is not public; what it holds without one is "nothing experimental", as wanted.
    private static Options NoOptions() => (Options)RuntimeHelpers.GetUninitializedObject(typeof(Options));
}
