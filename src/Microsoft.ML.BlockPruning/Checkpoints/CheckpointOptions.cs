namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>What no file tells of some networks: said by whoever loads one. Immutable.</summary>
public sealed class CheckpointOptions
{
    /// <summary>Nothing is said.</summary>
    public static CheckpointOptions Default { get; } = new();

    /// <summary>
    /// Attention heads per encoder layer; divides the width of a token. Null: what the file or its config.json says, else the convention
    /// (64 features a head).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public int? NumHeads { get; init => field = Positive(value, nameof(NumHeads)); }

    /// <summary>
    /// Width and height of the images in pixels, a multiple of the patch size; positions are resampled for it. Null: what the
    /// preprocessing beside the network says, else the size for which its positions were trained.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not positive.</exception>
    public int? ImageSize { get; init => field = Positive(value, nameof(ImageSize)); }

    private static int? Positive(int? value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value ?? 1, name);
        return value;
    }
}
