namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>One way to call a LayerNorm kernel.</summary>
/// <param name="Name">What is special about it.</param>
internal sealed record NormCase(string Name)
{
    public static IReadOnlyList<NormCase> All { get; } =
    [
        new("plain"),
        new("one row") { Rows = 1 },
        new("narrow") { Width = 6, Padded = 16 },
        new("padded") { Width = 70, Padded = 96 },
        new("strided") { ExtraStride = 40 },
        new("far from zero") { Mean = 1000, Scale = 0.5 },
        new("constant") { Mean = 3, Scale = 0 },
        new("infinity") { Special = float.PositiveInfinity },
        new("NaN") { Special = float.NaN },
    ];

    public int Rows { get; init; } = 9;

    public int Width { get; init; } = 192;

    public int Padded { get; init; } = 192;

    public int ExtraStride { get; init; }

    public double Mean { get; init; }

    public double Scale { get; init; } = 2;

    /// <summary>A number in every third row.</summary>
    public float? Special { get; init; }

    public override string ToString() => Name;
}
