namespace PruneModelSample.WebApi;

/// <summary>One reading of the file: ML.NET cannot be stopped, and may never return.</summary>
/// <param name="hash">Of the content that is read.</param>
/// <param name="load">Reads it.</param>
internal sealed class ModelLoad(string hash, Func<PooledModel> load) : LimitedWork<PooledModel>(load)
{
    public string Hash { get; } = hash;
}
