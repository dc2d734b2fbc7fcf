using System.Text.Json;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Pruning.Budgets;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>What all trials of a sweep share, as a file beside its subject's.</summary>
internal static class RequestFile
{
    private const string FileName = "request.json";

    // Null alone is left out, which none of these can be: what is not there was not written by a sweep.
    private static readonly string[] Always =
        ["budget", "criterion", "allocation", "refit", "shots", "block", "weightFormat", "layerFloor", "calibrationLabels", "seed"];

    /// <summary>Writes into a folder.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void Write(PruneRequest request, string folder) =>
        File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(request, SweepJson.Form));

    /// <summary>Reads what <see cref="Write"/> has written.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; names it.</exception>
    public static PruneRequest Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            var content = SweepJson.Parse(File.ReadAllBytes(path));
            var request = SweepJson.Read<PruneRequest>(content);
            if (Always.FirstOrDefault(name => !content.TryGetProperty(name, out _)) is { } missing)
            {
                throw new JsonException($"it lacks '{missing}'");
            }

            Check(request.Budget);
            _ = request.LayerRules();
            ScoringLimits.CheckThreads(request.NumberOfThreads);
            ScoringLimits.CheckThreads(request.NumberOfTorchThreads);
            _ = new PruneRun(request); // says what does not go together
            return request;
        }
        catch (Exception error) when (error is JsonException or ArgumentException)
        {
            throw new InvalidDataException($"The sweep's file '{path}' is damaged: {error.Message}", error);
        }
    }

    private static void Check(BudgetRequest budget)
    {
        foreach (var part in budget.Parts)
        {
            _ = part ?? throw new JsonException("a budget is null");
            ScoringLimits.Check(part.BatchSize, part.NumberOfThreads);
            if (part.Unit == BudgetUnit.Energy && part.Energy is null)
            {
                throw new JsonException("a budget of energy has no figures");
            }
        }

        if (budget.Parts.Count == 0 || budget.Parts.Count(part => part.Latency is not null) > 1)
        {
            throw new JsonException($"it has {budget.Parts.Count} budgets, expected 1 or more and one of latency at most");
        }
    }
}
