using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Sweeps;

namespace BlockPrune.Cli;

/// <summary>The options of <c>blockprune sweep</c>: what it chooses from, how, and when it has to end.</summary>
internal sealed class SweepOptions
{
    private const int RandomTrials = 12;

    private readonly Option<double[]> _keep = CommonOptions.List(
        "--keep", "Kept fractions of --budget, such as 0.7,0.5", [0.7, 0.5, 0.35, 0.25], CommonOptions.ReadKeep);

    private readonly Option<SweepBudget> _budget = CommonOptions.Choice(
        "--budget", $"What --keep is fractions of: {string.Join(", ", CommonOptions.NamesOf<SweepBudget>())}", SweepBudget.MultiplyAdds);

    private readonly Option<BlockShape[]> _block = CommonOptions.List(
        "--block", "Blocks, height x width, such as 16x16,32x32", [new BlockShape(16, 16)], CommonOptions.ReadBlock);

    private readonly Option<PruneCriterion[]> _criterion = CommonOptions.List(
        "--criterion", CommonOptions.CriterionDescription, [PruneCriterion.ObsPath], CommonOptions.ReadChoice<PruneCriterion>);

    private readonly Option<PruneRefit[]> _refit = CommonOptions.List(
        "--refit", $"{CommonOptions.RefitDescription}; in the trials", [PruneRefit.Feedback], CommonOptions.ReadChoice<PruneRefit>);

    private readonly Option<PruneRefit> _finalRefit = CommonOptions.Choice(
        "--final-refit", "The refit of the recommended network, which is run once more with it", PruneRefit.Reconstruction);

    private readonly Option<int[]> _epochs = CommonOptions.List(
        "--fine-tune-epochs", "Epochs of fine-tuning", [0], CommonOptions.ReadCount);

    private readonly Option<SweepTuner> _tuner = CommonOptions.Choice(
        "--tuner", "grid, random (as many as --max-trials), bisection (the least within --max-drop) or successive-halving",
        SweepTuner.Grid);

    private readonly Option<string?> _journal = new Option<string?>("--journal")
    {
        Description = "Keeps every finished trial in JSON Lines, a line each; the same command goes on from it",
        HelpName = "FILE.jsonl",
    }.EndsIn(".jsonl", "a journal is a file of JSON Lines");

    private readonly Option<ResumeMode> _resume = CommonOptions.Choice(
        "--resume", "What becomes of the journal's trials: resume, retry-errored or restart", ResumeMode.Resume);

    private readonly Option<double> _drop = CommonOptions.One(
        "--max-drop", "Accuracy that the recommended trial may lose, as a fraction", 0.01, CommonOptions.ReadFraction);

    private readonly Option<double?> _stopping = EarlyStopping();

    private readonly Option<int?> _trials = CommonOptions.One<int?>(
        "--max-trials", "Trials at most, those of the journal included", null, text => CommonOptions.ReadPositive(text));

    private readonly Option<int?> _seconds = CommonOptions.One<int?>(
        "--max-seconds", "Seconds at most; the trial that is running is dropped", null, text => CommonOptions.ReadPositive(text));

    private readonly Option<SweepExecutor> _executor = CommonOptions.Choice(
        "--executor", "Where trials run: in-process or child-process (one that dies costs only itself)", SweepExecutor.InProcess);

    private readonly Option<int?> _workers = CommonOptions.One<int?>(
        "--workers", "Child processes that run trials side by side; figures and order stay those of one", null,
        text => CommonOptions.ReadPositive(text));

    private readonly Option<double?> _memory = Megabytes();

    private static Option<double?> EarlyStopping()
    {
        var option = CommonOptions.One<double?>(
            "--early-stopping", "Trials of a criterion that another one beats, image by image, are not run; by chance as rarely as this, "
            + "such as 0.01", null, text => CommonOptions.ReadFraction(text));
        option.HelpName = "P";
        return option;
    }

    private static Option<double?> Megabytes()
    {
        var option = CommonOptions.One<double?>(
            "--memory-limit", "Megabytes of memory of the process that runs trials, at most", null,
            text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double megabytes)
                ? megabytes
                : throw new FormatException($"{text} is no number of megabytes."));
        option.HelpName = "MB";
        return option;
    }

    /// <summary>All of them, for a verb.</summary>
    public IEnumerable<Option> All =>
    [
        _keep, _budget, _block, _criterion, _refit, _finalRefit, _epochs, _tuner, _journal, _resume, _drop, _stopping, _trials, _seconds,
        _executor, _workers, _memory,
    ];

    /// <summary>The refit of the recommended network.</summary>
    public PruneRefit FinalRefitOf(ParseResult parsed) => parsed.GetRequiredValue(_finalRefit);

    /// <summary>Tells a sweep.</summary>
    /// <exception cref="OptionsException">A value is out of its range.</exception>
    public void Apply(ParseResult parsed, SparsitySweep sweep, int seed)
    {
        try
        {
            Set(parsed, sweep, seed);
        }
        catch (ArgumentException wrong)
        {
            throw new OptionsException(wrong.Message);
        }
    }

    private void Set(ParseResult parsed, SparsitySweep sweep, int seed)
    {
        sweep.SetSearchSpace(new SparsitySearchSpace
        {
            Keep = parsed.GetRequiredValue(_keep),
            Budget = parsed.GetRequiredValue(_budget) switch
            {
                SweepBudget.Parameters => PruneBudget.Parameters(1),
                SweepBudget.Bytes => PruneBudget.Bytes(1),
                SweepBudget.Energy => PruneBudget.Energy(1),
                SweepBudget.Latency => PruneBudget.Latency(1),
                _ => PruneBudget.Flops(1),
            },
            Block = parsed.GetRequiredValue(_block),
            Criterion = parsed.GetRequiredValue(_criterion),
            Refit = parsed.GetRequiredValue(_refit),
            FineTuneEpochs = parsed.GetRequiredValue(_epochs),
        });
        sweep.SetMaximumAccuracyDrop(parsed.GetValue(_drop)).SetExecutor(parsed.GetRequiredValue(_executor));
        sweep.SetTuner(parsed.GetRequiredValue(_tuner) switch
        {
            SweepTuner.Random => SparsityTuner.Random(parsed.GetValue(_trials) ?? RandomTrials, seed),
            SweepTuner.Bisection => SparsityTuner.Bisection(parsed.GetValue(_drop)),
            SweepTuner.SuccessiveHalving => SparsityTuner.SuccessiveHalving(),
            _ => SparsityTuner.Grid(),
        });
        if (parsed.GetValue(_journal) is { } path)
        {
            sweep.SetJournal(path, parsed.GetRequiredValue(_resume));
        }

        if (parsed.GetValue(_stopping) is { } significance)
        {
            sweep.SetEarlyStopping(significance);
        }

        if (parsed.GetValue(_trials) is { } trials)
        {
            sweep.SetMaxModelToExplore(trials);
        }

        if (parsed.GetValue(_seconds) is { } seconds)
        {
            sweep.SetTrainingTimeInSeconds((uint)seconds);
        }

        if (parsed.GetValue(_workers) is { } workers)
        {
            sweep.SetWorkers(workers);
        }

        if (parsed.GetValue(_memory) is { } megabytes)
        {
            sweep.SetMaximumMemoryUsageInMegaByte(megabytes);
        }
    }
}
