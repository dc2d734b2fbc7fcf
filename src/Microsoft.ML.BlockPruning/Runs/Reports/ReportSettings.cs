using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs.Reports;

/// <summary>What was asked for, and what it ran on.</summary>
public sealed class ReportSettings
{
    /// <summary>Name of the dense network's file, without its folder.</summary>
    public required string Network { get; init; }

    /// <summary>What rated the blocks.</summary>
    public required string Criterion { get; init; }

    /// <summary>How the budget was spent over blocks and layers.</summary>
    public required string Allocation { get; init; }

    /// <summary>The basis that blocks were chosen in.</summary>
    /// <value>Null in reports of before there was a choice; the network's own then.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Basis { get; init; }

    /// <summary>How the kept weights were fitted.</summary>
    public required string Refit { get; init; }

    /// <summary>How often blocks were chosen and weights refitted.</summary>
    public required int Shots { get; init; }

    /// <summary>The weight tile; single layers may have another.</summary>
    public required BlockShape Block { get; init; }

    /// <summary>How the pruned network's weights are stored.</summary>
    /// <value>Float32, which a report as JSON leaves out.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NumberFormat WeightFormat { get; init; }

    /// <summary>What was to be kept, in words.</summary>
    public required string Budget { get; init; }

    /// <summary>Seed of all that was drawn.</summary>
    public required long Seed { get; init; }

    /// <summary>Number of images that calibrated.</summary>
    public required int CalibrationImages { get; init; }

    /// <summary>Threads that the times were measured with.</summary>
    public required int Threads { get; init; }

    /// <summary>The compute kernel that the times were measured with.</summary>
    public required string Kernel { get; init; }

    /// <summary>What the energies were computed with, in words.</summary>
    public required string EnergyModel { get; init; }

    /// <summary>Version of this library.</summary>
    public required string LibraryVersion { get; init; }

    /// <summary>Version of TorchSharp.</summary>
    public required string TorchSharpVersion { get; init; }

    /// <summary>.NET and its version.</summary>
    public required string Runtime { get; init; }

    /// <summary>Operating system and processor architecture.</summary>
    public required string Machine { get; init; }
}
