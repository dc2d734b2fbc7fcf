using System.CommandLine;
using Microsoft.ML.BlockPruning;

namespace BlockPrune.Cli;

/// <summary>How much may stay: of the multiply-adds, of the bytes, of the time; all that are given are met.</summary>
internal sealed class BudgetOptions
{
    private readonly Option<double> _keep = CommonOptions.One(
        "--keep", "Fraction of the multiply-adds to keep, unless only others are given", 0.5, CommonOptions.ReadKeep);

    private readonly Option<double?> _bytes = CommonOptions.One<double?>(
        "--bytes", "Fraction of the weights' bytes to keep", null, text => CommonOptions.ReadKeep(text));

    private readonly Option<double?> _latency = CommonOptions.One<double?>(
        "--latency", "Fraction of the dense network's milliseconds to keep, measured here", null, text => CommonOptions.ReadKeep(text));

    private readonly Option<int> _batch = CommonOptions.One(
        "--batch", "Images of the batch that --latency is about", 1, CommonOptions.ReadPositive);

    private readonly Option<int> _threads = CommonOptions.One(
        "--threads", "Threads that --latency is about", Environment.ProcessorCount, CommonOptions.ReadPositive);

    /// <summary>Gives a verb the options.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in new Option[] { _keep, _bytes, _latency, _batch, _threads })
        {
            verb.Add(option);
        }
    }

    /// <summary>What was asked for.</summary>
    /// <exception cref="OptionsException">A batch or threads are given, and no latency that they could be of.</exception>
    public PruneBudget Of(ParseResult parsed)
    {
        double? bytes = parsed.GetValue(_bytes);
        double? latency = parsed.GetValue(_latency);
        if (latency is null && (IsGiven(parsed, _batch) || IsGiven(parsed, _threads)))
        {
            throw new OptionsException("--batch and --threads say what --latency is about; give --latency, or leave them out.");
        }

        var budgets = new List<PruneBudget>();
        if (IsGiven(parsed, _keep) || (bytes ?? latency) is null)
        {
            budgets.Add(PruneBudget.Flops(parsed.GetValue(_keep)));
        }

        if (bytes is { } fraction)
        {
            budgets.Add(PruneBudget.Bytes(fraction));
        }

        if (latency is { } time)
        {
            budgets.Add(PruneBudget.Latency(time, parsed.GetValue(_batch), parsed.GetValue(_threads)));
        }

        return PruneBudget.All([.. budgets]);
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
