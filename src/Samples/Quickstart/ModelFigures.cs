namespace Quickstart;

/// <summary>The figures of one model.</summary>
internal sealed record ModelFigures
{
    /// <summary>Fraction in [0, 1].</summary>
    public required double Top1 { get; init; }

    /// <summary>Bytes of the file that ml.Model.SavePruned writes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Multiply-adds per image.</summary>
    public required long MultiplyAdds { get; init; }

    public required Latency Batch1 { get; init; }

    public required Latency Batch32 { get; init; }
}
