using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Scores with the model of a file, counts, and shows each prediction as an activity.</summary>
/// <param name="file">Started; owned.</param>
/// <param name="meter">Owned.</param>
internal sealed class PrunedModelScorer(ModelFile file, ScoringMeter meter) : IPrunedModelScorer, IDisposable
{
    public IReadOnlyList<string> LabelNames => file.Current?.LabelNames ?? [];

    public bool IsServing => file.Current is not null;

    public string? Failure => file.Failure;

    public PrunedPrediction Predict(ReadOnlySpan<byte> imageFile)
    {
        var model = file.Rent() ?? throw new ModelNotReadyException(
            $"There is no model to score with yet. {file.Failure ?? "The service has ended."}");
        try
        {
            return Predict(model, imageFile);
        }
        finally
        {
            model.Return();
        }
    }

    public void Dispose()
    {
        file.Dispose();
        meter.Dispose();
    }

    private PrunedPrediction Predict(SharedModel model, ReadOnlySpan<byte> imageFile)
    {
        using var activity = ScoringMeter.Activities.StartActivity("blockpruning.predict");
        Describe(activity, model, imageFile.Length);
        long start = TimeProvider.System.GetTimestamp();
        var outcome = ImageOutcome.Failed;
        try
        {
            var prediction = model.Model.Predict(imageFile);
            outcome = ImageOutcome.Scored;
            return prediction;
        }
        catch (Exception error)
        {
            outcome = error is InvalidDataException ? ImageOutcome.Refused : ImageOutcome.Failed;
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
            throw;
        }
        finally
        {
            meter.AddImage(model, outcome, TimeProvider.System.GetElapsedTime(start));
        }
    }

    private static void Describe(Activity? activity, SharedModel model, int bytes)
    {
        if (activity is not { IsAllDataRequested: true })
        {
            return;
        }

        activity.SetTag("image_bytes", bytes);
        activity.SetTag("image_size", model.Model.Network.ImageSize);
        activity.SetTag("classes", model.Model.LabelNames.Count);
        foreach (var tag in model.Tags)
        {
            activity.SetTag(tag.Key, tag.Value);
        }
    }
}
