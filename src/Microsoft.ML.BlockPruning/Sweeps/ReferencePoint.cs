using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>A network that a sweep's trials are compared with; a line of the journal.</summary>
public sealed class ReferencePoint
{
    internal const string DenseName = "dense";

    /// <summary>What it is, such as <c>dense</c> or <c>ONNX Runtime int8</c>.</summary>
    [JsonPropertyName("reference")]
    public required string Name { get; init; }

    /// <summary>Number of validation images; null where it is not known.</summary>
    public int? Images { get; init; }

    /// <summary>Fraction of the validation images, in [0, 1], whose class it finds; null where it was not measured.</summary>
    public double? Top1 { get; init; }

    /// <summary>Multiply-adds of one image; null where they mean nothing.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Bytes of its weights; null where they are not known.</summary>
    public long? Bytes { get; init; }

    /// <summary>Milliseconds of one image at batch 1, a median; null where they were not measured.</summary>
    public double? Milliseconds { get; init; }

    /// <summary>Whether it is the network before pruning.</summary>
    [JsonIgnore]
    public bool IsDense => Name == DenseName;
}
