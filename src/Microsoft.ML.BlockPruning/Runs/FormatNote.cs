using System.Globalization;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>What a report says of the numbers that a network is multiplied in.</summary>
internal static class FormatNote
{
    /// <summary>Formats, how many layers each has, the rows of the kernel list that run; null where all are float32.</summary>
    public static string? Of(PruneOutcome made)
    {
        var formats = made.Network.Formats;
        var layers = made.Network.PrunableLayers.GroupBy(layer => formats[layer.Name]).OrderByDescending(group => group.Key).ToList();
        if (layers.TrueForAll(group => group.Key == ProductFormat.Float32))
        {
            return made.FormatKl is null ? null : "No layer is multiplied in bfloat16 or int8: the budget of KL divergence allows none.";
        }

        string counts = string.Join(", ", layers.Select(group => $"{group.Key} in {group.Count()} layers"));
        string cost = made.FormatKl is { } kl
            ? string.Create(CultureInfo.InvariantCulture, $" KL divergence from float32 on calibration images: {kl:E1} nats.")
            : "";
        return $"The processor multiplies {counts} ({CpuKernels.Selected.NameOf(formats.Used)}).{cost}";
    }
}
