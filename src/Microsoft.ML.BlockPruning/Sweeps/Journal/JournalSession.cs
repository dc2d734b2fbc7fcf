using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>One run of a sweep: who writes to a journal, where and with what.</summary>
internal sealed record JournalSession
{
    public required int Process { get; init; }

    public required string Machine { get; init; }

    /// <summary>Start of the run, UTC.</summary>
    public required DateTimeOffset Started { get; init; }

    public required string Os { get; init; }

    public required string Architecture { get; init; }

    /// <summary>Logical processors.</summary>
    public required int Processors { get; init; }

    /// <summary>The compute kernel that scores.</summary>
    public required string Kernel { get; init; }

    public required string Runtime { get; init; }

    /// <summary>Child processes that run trials side by side; null: trials ran one after the other.</summary>
    public int? Workers { get; init; }

    public required string TorchSharp { get; init; }

    /// <summary>This process.</summary>
    /// <param name="kernel">The compute kernel that scores.</param>
    /// <param name="time">The clock.</param>
    public static JournalSession Current(string kernel, TimeProvider? time = null) => new()
    {
        Process = Environment.ProcessId,
        Machine = Environment.MachineName,
        Started = (time ?? TimeProvider.System).GetUtcNow(),
        Os = RuntimeInformation.OSDescription,
        Architecture = RuntimeInformation.ProcessArchitecture.ToString(),
        Processors = Environment.ProcessorCount,
        Kernel = kernel,
        Runtime = RuntimeInformation.FrameworkDescription,
        TorchSharp = typeof(JournalSession).Assembly.GetReferencedAssemblies()
            .Single(name => name.Name == "TorchSharp").Version!.ToString(),
    };

    /// <inheritdoc/>
    public override string ToString() =>
        FormattableString.Invariant($"process {Process} on {Machine}, started {Started:yyyy-MM-dd HH:mm:ss} UTC");
}
