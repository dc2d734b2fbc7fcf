namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>One way to call a linear kernel; sizes in blocks, so that each kernel is called with its own.</summary>
/// <param name="Name">What is special about it.</param>
internal sealed record LinearCase(string Name)
{
    public static IReadOnlyList<LinearCase> All { get; } =
    [
        new("plain"),
        new("whole tiles") { Rows = 128, RaggedRows = 0, RaggedColumns = 0 },
        new("one row") { Rows = 1, HasBias = true },
        new("second tile of one row") { Rows = 129, HasBias = true },
        new("empty block row") { Pattern = LinearPattern.EmptyRow, HasBias = true, HasGelu = true },
        new("one block a row") { Pattern = LinearPattern.OneBlock, HasBias = true },
        new("more blocks than stages") { BlockColumns = 9, Pattern = LinearPattern.All, HasBias = true, HasGelu = true },
        new("no bias, GELU") { HasGelu = true },
        new("strided") { ExtraStride = 24, HasBias = true, HasResidual = true },
        new("ragged edges") { RaggedRows = 5, RaggedColumns = 7, HasBias = true, HasGelu = true },
        new("ragged edges, residual") { RaggedRows = 8, RaggedColumns = 1, HasResidual = true },
        new("residual repeated") { HasResidual = true, ResidualRows = 33, HasBias = true },
        new("residual in place") { HasResidual = true, IsInPlace = true, HasBias = true, HasGelu = true },
        new("extremes") { Values = LinearValues.Extremes, HasBias = true },
        new("infinities") { Values = LinearValues.Infinities, HasBias = true, HasGelu = true },
        new("NaN") { Values = LinearValues.NaN, HasBias = true, HasGelu = true, HasResidual = true },
    ];

    public int Rows { get; init; } = 150;

    public int BlockRows { get; init; } = 2;

    public int BlockColumns { get; init; } = 5;

    public LinearPattern Pattern { get; init; } = LinearPattern.Random;

    public bool HasBias { get; init; }

    public bool HasGelu { get; init; }

    public bool HasResidual { get; init; }

    /// <summary>Rows of the residual; 0 for as many as the result has.</summary>
    public int ResidualRows { get; init; }

    public bool IsInPlace { get; init; }

    public int ExtraStride { get; init; }

    /// <summary>Output features that the last block row lacks.</summary>
    public int RaggedRows { get; init; }

    /// <summary>Input features that the last block column lacks.</summary>
    public int RaggedColumns { get; init; }

    public LinearValues Values { get; init; } = LinearValues.Normal;

    public override string ToString() => Name;
}
