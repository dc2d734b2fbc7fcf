namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>One reading of the file.</summary>
/// <param name="Hash">Of the content that is read.</param>
/// <param name="Model">What comes of it.</param>
internal sealed record ModelLoad(string Hash, Task<SharedModel> Model)
{
    /// <summary>Puts away what comes of it.</summary>
    public void Discard() => Model.ContinueWith(
        load => load.Result.Return(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
}
