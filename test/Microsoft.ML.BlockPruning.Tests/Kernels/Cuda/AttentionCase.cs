namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>One way to call an attention kernel.</summary>
/// <param name="Name">What is special about it.</param>
internal sealed record AttentionCase(string Name)
{
    public static IReadOnlyList<AttentionCase> All { get; } =
    [
        new("plain"),
        new("one token") { Tokens = 1 },
        new("whole tile") { Tokens = 64 },
        new("one token more than a tile") { Tokens = 65, Images = 2 },
        new("three tiles") { Tokens = 150 },
        new("width 32") { HeadWidth = 32 },
        new("width 8") { HeadWidth = 8 },
        new("width 80") { HeadWidth = 80, Heads = 1 },
        new("width 128") { HeadWidth = 128, Heads = 1, Tokens = 70 },
        new("the widest head over the most tokens") { HeadWidth = 128, Heads = 1, Tokens = 1024, Queries = 3 },
        new("few queries") { Tokens = 90, Queries = 2, Images = 2 },
        new("strided") { ExtraStride = 16 },
        new("scores of hundreds") { Scale = 16 },
        new("scores that fall") { Scale = 4, Slope = -6, Tokens = 130 },
        new("scores that rise") { Scale = 4, Slope = 6, Tokens = 130 },
        new("infinity in v") { Special = float.PositiveInfinity, SpecialPart = 2 },
        new("NaN in q") { Special = float.NaN, SpecialPart = 0 },
        new("NaN in k") { Special = float.NaN, SpecialPart = 1 },
    ];

    public int Tokens { get; init; } = 50;

    /// <summary>0 for all tokens.</summary>
    public int Queries { get; init; }

    public int Images { get; init; } = 1;

    public int Heads { get; init; } = 2;

    public int HeadWidth { get; init; } = 64;

    public int ExtraStride { get; init; }

    public double Scale { get; init; } = 1.5;

    /// <summary>What later keys are larger by, over all keys.</summary>
    public double Slope { get; init; }

    /// <summary>A number in one place of every image.</summary>
    public float? Special { get; init; }

    /// <summary>0, 1, 2: in q, k or v.</summary>
    public int SpecialPart { get; init; }

    public override string ToString() => Name;
}
