using Microsoft.ML.BlockPruning.Kernels.Cuda;

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
        new("empty block row") { Pattern = LinearPattern.EmptyRow, HasBias = true, Activation = CudaActivation.Gelu },
        new("one block a row") { Pattern = LinearPattern.OneBlock, HasBias = true },
        new("more blocks than stages") { BlockColumns = 9, Pattern = LinearPattern.All, HasBias = true, Activation = CudaActivation.Gelu },
        new("no bias, GELU") { Activation = CudaActivation.Gelu },
        new("strided") { ExtraStride = 24, HasBias = true, HasResidual = true },
        new("ragged edges") { RaggedRows = 5, RaggedColumns = 7, HasBias = true, Activation = CudaActivation.Gelu },
        new("ragged edges, residual") { RaggedRows = 8, RaggedColumns = 1, HasResidual = true },
        new("residual repeated") { HasResidual = true, ResidualRows = 33, HasBias = true },
        new("residual in place") { HasResidual = true, IsInPlace = true, HasBias = true, Activation = CudaActivation.Gelu },
        new("extremes") { Values = LinearValues.Extremes, HasBias = true },
        new("tanh GELU") { Activation = CudaActivation.TanhGelu, HasBias = true, RaggedRows = 5 },
        new("quick GELU") { Activation = CudaActivation.QuickGelu, HasBias = true, HasResidual = true },
        new("tanh GELU, extremes") { Values = LinearValues.Extremes, Activation = CudaActivation.TanhGelu },
        new("quick GELU, extremes") { Values = LinearValues.Extremes, Activation = CudaActivation.QuickGelu },
        new("tanh GELU, infinities") { Values = LinearValues.Infinities, Activation = CudaActivation.TanhGelu, HasBias = true },
        new("quick GELU, NaN") { Values = LinearValues.NaN, Activation = CudaActivation.QuickGelu, HasBias = true },
        new("infinities") { Values = LinearValues.Infinities, HasBias = true, Activation = CudaActivation.Gelu },
        new("NaN") { Values = LinearValues.NaN, HasBias = true, Activation = CudaActivation.Gelu, HasResidual = true },
    ];

    public int Rows { get; init; } = 150;

    public int BlockRows { get; init; } = 2;

    public int BlockColumns { get; init; } = 5;

    public LinearPattern Pattern { get; init; } = LinearPattern.Random;

    public bool HasBias { get; init; }

    public CudaActivation Activation { get; init; }

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
