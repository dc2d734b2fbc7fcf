using Microsoft.ML.BlockPruning.Fuzz.Seeding;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>Every format that the product reads; the fuzzer and the tests of the corpus both go through this list.</summary>
internal static class FuzzTargets
{
    public static IReadOnlyList<IFuzzTarget> All { get; } =
    [
        new CheckpointTarget(),
        new TorchTarget(
            "pth", ("pth_bare", "model.pth"), ("pth_protocol4", "model.pth"), ("pth_lightning", "epoch=9-step=500.ckpt"),
            ("pth_parameters", "model.pth")),
        new TorchTarget("pth-legacy", ("pth_legacy", "model.pth")),
        new IndexTarget(), new FolderTarget(), new ConfigTarget(), new NetworkTarget(), new ModelZipTarget(), new PlanTarget(),
        new JournalTarget(), new ReferencesTarget(), new ReportTarget(), new FineTuneStateTarget(), new ImageTarget("png"),
        new ImageTarget("jpeg"),
        new ImageTarget("bmp"), new ImageTarget("gif"), new ImageTarget("webp"), new IdxTarget(), new GzippedIdxTarget(),
    ];

    /// <summary>The target of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static IFuzzTarget Named(string name) => All.FirstOrDefault(target => target.Name == name)
        ?? throw new ArgumentException($"There is no target '{name}'; there are {string.Join(", ", All.Select(target => target.Name))}.");

    /// <summary>What may come out of a target.</summary>
    public static bool IsDocumented(this IFuzzTarget target, Exception error) => target.Documented.Contains(error.GetType());

    /// <summary>Files of the repository for a target: those that failed once and those that reached a branch.</summary>
    public static IEnumerable<string> CorpusFiles(this IFuzzTarget target)
    {
        string corpus = Repository.At("test", "Corpus", target.Name), cases = Repository.At("test", "Cases");
        var handed = target.Cases.SelectMany(pattern => Directory.EnumerateFiles(cases, pattern, SearchOption.AllDirectories));
        return (Directory.Exists(corpus) ? Directory.EnumerateFiles(corpus) : []).Concat(handed).Order(StringComparer.Ordinal);
    }
}
