using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>What a <c>config.json</c> says that the tensors do not. Null where it is silent.</summary>
/// <remarks>Read from timm's keys (<c>model_args</c>, <c>pretrained_cfg</c>, <c>label_names</c>) and from Hugging Face's.</remarks>
internal sealed record CheckpointConfig
{
    private const long MostBytes = 64 << 20; // the names of 22,000 classes take one

    /// <summary>Attention heads per encoder layer.</summary>
    public int? NumHeads { get; init; }

    /// <summary>Added to the variance in LayerNorm.</summary>
    public float? LayerNormEps { get; init; }

    /// <summary>[channels], subtracted from pixels in 0..1.</summary>
    public IReadOnlyList<float>? Mean { get; init; }

    /// <summary>[channels], divides what remains.</summary>
    public IReadOnlyList<float>? Std { get; init; }

    /// <summary>The resize filter as the file spells it, such as <c>bicubic</c>.</summary>
    public string? Interpolation { get; init; }

    /// <summary>Side of the centre crop over the resized image's shortest side, in (0, 1].</summary>
    public double? CropFraction { get; init; }

    /// <summary>Whether both sides are resized, whatever the proportions, before the centre is cut out (timm's <c>squash</c>).</summary>
    public bool IsSquashed { get; init; }

    /// <summary>[channels, height, width] in pixels.</summary>
    public IReadOnlyList<int>? InputSize { get; init; }

    /// <summary>[numClasses], in the order of the head's rows.</summary>
    public IReadOnlyList<string>? LabelNames { get; init; }

    /// <summary>What it says that the tensors tell too.</summary>
    public IReadOnlyList<ConfigFact> Facts { get; init; } = [];

    /// <summary>What a user should know: what was passed over.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Reads the <c>config.json</c> in a model's folder.</summary>
    /// <param name="modelPath">The model file.</param>
    /// <returns>Null where there is no such file.</returns>
    /// <exception cref="IOException">It is a pipe or a device.</exception>
    /// <exception cref="InvalidDataException">The file is not JSON, or a key that we read holds something else than expected.</exception>
    public static CheckpointConfig? TryReadBeside(string modelPath)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelPath);
        string path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(modelPath))!, "config.json");
        if (!File.Exists(path))
        {
            return null;
        }

        RegularFile.Require(path);
        long bytes = new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length;
        return bytes <= MostBytes
            ? new CheckpointConfigReader($"'{path}'").Read(File.ReadAllBytes(path))
            : throw new InvalidDataException(
                $"'{path}' has {bytes} bytes, expected at most {MostBytes}: it is no config.json of a network.");
    }
}
