using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Sweeps.Running;
using Microsoft.ML.BlockPruning.Tests.Sweeps;

namespace Microsoft.ML.BlockPruning.Tests.Reporting;

/// <summary>Reports without a network.</summary>
internal static class ReportToys
{
    /// <summary>What a careless writer would let out of its place, in HTML, XML and Markdown.</summary>
    public const string Hostile = "</title><script>alert('1')</script> & \"x\" ' onload=1 | `a` [b](http://c) \u0001\ud800";

    public static readonly ReferencePoint Dense = new()
    {
        Name = "dense",
        Images = 1000,
        Top1 = 0.9,
        MultiplyAdds = 100_000_000,
        Bytes = 8_000_000,
        Milliseconds = 2,
    };

    /// <summary>Trials with a front that differs from cost to cost, one of them failed.</summary>
    public static SweepReport Sweep(params ReferencePoint[] references) => Sweep(Trials(), references);

    public static SweepReport Sweep(IReadOnlyList<TrialResult> trials, params ReferencePoint[] references) => JournalReport.Of(
        trials, final: null, references, maximumDrop: 0.01, [JournalHeader.Of(SweepToys.Identity, SweepToys.Session)], []);

    public static IReadOnlyList<TrialResult> Trials() =>
    [
        Trial(0.8, 0.9, 80, 1.7), Trial(0.5, 0.895, 50, 1.0), Trial(0.45, 0.88, 45, 1.2), Trial(0.4, 0.885, 40, 0.9),
        TrialResult.FailureOf(SweepToys.Trial(0.01), $"cannot: {Hostile}", 0.5),
    ];

    public static TrialResult Trial(double keep, double top1, long millions, double milliseconds) => new()
    {
        Keep = keep,
        Block = new BlockShape(8, 8),
        Criterion = PruneCriterion.ObsPath,
        Refit = PruneRefit.Feedback,
        Status = TrialStatus.Completed,
        Top1 = top1,
        Kl = 0.01,
        MultiplyAdds = millions * 1_000_000,
        Bytes = millions * 80_000,
        Milliseconds = milliseconds,
        Seconds = 3,
    };

    /// <summary>Two layers, one of them pruned; three classes; some answers changed.</summary>
    public static ModelReport Model(string name = "toy")
    {
        var mask = Mask();
        var answers = Answers([name, "dog", "owl"]);
        return new ModelReport
        {
            Name = name,
            Layers = ModelReport.LayersOf(
            [
                ("blocks.0", "blocks.0.attn.qkv", mask),
                ("blocks.0", "blocks.0.attn.proj", new BlockMask(8, 8, new BlockShape(8, 8))),
            ]),
            Answers = answers,
            Examples = [.. answers.Surest(10).Select(answer => answer with { Png = PngFile.OfPixels(2, 2, 1, [0, 50, 100, 255]) })],
        };
    }

    /// <summary>Nine blocks of four wide and high, in a chequer; the last column is ragged.</summary>
    public static BlockMask Mask()
    {
        var mask = new BlockMask(12, 10, new BlockShape(4, 4));
        for (int row = 0; row < 3; row++)
        {
            for (int column = 0; column < 3; column++)
            {
                mask[row, column] = (row + column) % 2 == 0;
            }
        }

        return mask;
    }

    /// <summary>Six images: two answers the same, one lost, one won, two wrong in another way.</summary>
    public static AnswerComparison Answers(IReadOnlyList<string> names) => new(
        Logits(0, 1, 0, 1, 1, 1), Logits(0, 1, 1, 0, 2, 2), labels: [0, 2, 0, 0, 0, 0], names);

    private static float[] Logits(params int[] best) =>
        [.. best.SelectMany((answer, image) => Enumerable.Range(0, 3).Select(c => c == answer ? 1f + image : 0))];
}
