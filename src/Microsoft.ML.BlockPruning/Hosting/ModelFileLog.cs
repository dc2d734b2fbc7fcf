using Microsoft.Extensions.Logging;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>What a service's log says of its model.</summary>
internal sealed partial class ModelFileLog(ILogger logger)
{
    /// <summary>The category of the log.</summary>
    public const string Category = "Microsoft.ML.BlockPruning.Hosting";

    public void Loaded(string path, PrunedModel model) =>
        Loaded(logger, path, model.LabelNames.Count, model.WeightFormat, model.KernelName);

    public void Restored(string path) => Restored(logger, path);

    public void Note(string note) => Note(logger, note);

    public void Kept(string failure) => Kept(logger, failure);

    public void NoModel(string failure) => NoModel(logger, failure);

    [LoggerMessage(EventId = 1, Level = LogLevel.Information,
        Message = "Serving the model {Path}: {Classes} classes, weights in {WeightFormat}, kernel {Kernel}")]
    private static partial void Loaded(ILogger logger, string path, int classes, NumberFormat weightFormat, string kernel);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "The file {Path} holds the model in service again")]
    private static partial void Restored(ILogger logger, string path);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "Of the model: {Note}")]
    private static partial void Note(ILogger logger, string note);

    [LoggerMessage(EventId = 4, Level = LogLevel.Error, Message = "Cannot take the model; the one before stays in service. {Failure}")]
    private static partial void Kept(ILogger logger, string failure);

    [LoggerMessage(EventId = 5, Level = LogLevel.Error, Message = "Cannot take the model, and there is none in service. {Failure}")]
    private static partial void NoModel(ILogger logger, string failure);
}
