using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning;

/// <summary>What scores: the processor, or an NVIDIA GPU through nothing but its driver. Immutable.</summary>
/// <remarks>
/// A model file does not say: the device is chosen where the model is loaded. The GPU's kernels are tested on an interpreter, instruction
/// by instruction; they have never run on a GPU, so check the scores there against the CPU's before you rely on them.
/// </remarks>
public sealed class ScoringDevice
{
    /// <summary>The three ways to say where to score.</summary>
    internal enum DeviceKind
    {
        Auto,
        Cpu,
        Cuda,
    }

    private ScoringDevice(DeviceKind kind, int index = 0, NumberFormat precision = NumberFormat.Float16)
    {
        Kind = kind;
        Index = index;
        Precision = precision;
    }

    /// <summary>The first GPU that can run the kernels, else the processor; the log says once which, and why.</summary>
    /// <remarks>Where <see cref="MLContext.GpuDeviceId"/> is set, that GPU or none.</remarks>
    public static ScoringDevice Auto { get; } = new(DeviceKind.Auto);

    /// <summary>The processor.</summary>
    public static ScoringDevice Cpu { get; } = new(DeviceKind.Cpu);

    internal DeviceKind Kind { get; }

    internal int Index { get; }

    internal NumberFormat Precision { get; }

    /// <summary>One GPU. Where it cannot be used, the processor, if <see cref="MLContext.FallbackToCpu"/> allows; else an error.</summary>
    /// <param name="index">The GPU's number, from 0, as nvidia-smi lists them.</param>
    /// <param name="precision">
    /// The format of weights and activations there; sums are float32 in each, and so are the scores that come back. Float16 and BFloat16
    /// run on tensor cores, and scores differ from the CPU's by their rounding; BFloat16 is for networks whose activations pass 65504.
    /// Float32 does without tensor cores and is as close to the CPU's scores as its own rounding.
    /// </param>
    /// <returns>The device.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The index is negative, or the precision none of the enumeration.</exception>
    public static ScoringDevice Cuda(int index, NumberFormat precision = NumberFormat.Float16)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return Enum.IsDefined(precision)
            ? new ScoringDevice(DeviceKind.Cuda, index, precision)
            : throw new ArgumentOutOfRangeException(nameof(precision), precision, "Choose one of NumberFormat's values.");
    }

    /// <inheritdoc/>
    public override string ToString() => Kind == DeviceKind.Cuda ? $"Cuda({Index}, {Precision})" : Kind.ToString();
}
