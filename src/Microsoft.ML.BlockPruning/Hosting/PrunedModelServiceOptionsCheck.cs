using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.ML.BlockPruning.Inference;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Says at the start which option is out of its range.</summary>
internal sealed class PrunedModelServiceOptionsCheck : IValidateOptions<PrunedModelServiceOptions>
{
    private static readonly TimeSpan LeastPoll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeastLoad = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, PrunedModelServiceOptions options)
    {
        string[] failures = [.. FailuresOf(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> FailuresOf(PrunedModelServiceOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Path) || options.Path.Contains('\0', StringComparison.Ordinal)
            || Directory.Exists(options.Path))
        {
            yield return $"Path is '{options.Path}', expected the path of a model's file: give AddPrunedModel the name of one.";
        }

        if (options.PollInterval < LeastPoll || options.PollInterval > Most)
        {
            yield return OutOfRange(nameof(options.PollInterval), options.PollInterval, LeastPoll);
        }

        if (options.LoadLimit < LeastLoad || options.LoadLimit > Most)
        {
            yield return OutOfRange(nameof(options.LoadLimit), options.LoadLimit, LeastLoad);
        }

        if (options.Model.NumberOfThreads is < 1 or > ScoringLimits.Threads)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Model.NumberOfThreads is {options.Model.NumberOfThreads}, expected 1 to {ScoringLimits.Threads}, or null for one for "
                + $"each processor.");
        }

        if (options.Model.MaximumPixels is < 1)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Model.MaximumPixels is {options.Model.MaximumPixels}, expected 1 or more, or null for the limit of the model.");
        }
    }

    private static string OutOfRange(string name, TimeSpan found, TimeSpan least) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name} is {found.TotalSeconds} s, expected {least.TotalSeconds} s to {Most.TotalSeconds} s.");
}
