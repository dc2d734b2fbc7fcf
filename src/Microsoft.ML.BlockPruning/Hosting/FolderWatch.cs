namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Hears of changes of one file, and of links beside it such as Kubernetes' <c>..data</c>; of no subfolder.</summary>
internal sealed class FolderWatch(string path) : IDisposable
{
    private readonly SemaphoreSlim _reported = new(0);
    private FileSystemWatcher? _watcher;

    /// <summary>Waits for a report.</summary>
    /// <returns>False where none came in time.</returns>
    public Task<bool> WaitAsync(TimeSpan limit, CancellationToken cancel)
    {
        _watcher ??= TryWatch();
        return _reported.WaitAsync(limit, cancel);
    }

    public void Dispose()
    {
        _watcher?.Dispose();
        _reported.Dispose();
    }

    // The folder may come later; and the system has only so many watches.
    private FileSystemWatcher? TryWatch()
    {
        FileSystemWatcher? watcher = null;
        try
        {
            watcher = new FileSystemWatcher(Path.GetDirectoryName(path)!);
            watcher.Changed += (_, change) => Report(change.Name);
            watcher.Created += (_, change) => Report(change.Name);
            watcher.Deleted += (_, change) => Report(change.Name);
            watcher.Renamed += (_, change) => Report(change.Name);
            watcher.Error += (_, _) => Report(Path.GetFileName(path));
            watcher.EnableRaisingEvents = true;
            return watcher;
        }
        catch (Exception refused) when (refused is IOException or ArgumentException or UnauthorizedAccessException)
        {
            watcher?.Dispose();
            return null;
        }
    }

    private void Report(string? name)
    {
        if (name is not null && (name == Path.GetFileName(path) || name.StartsWith("..", StringComparison.Ordinal))
            && _reported.CurrentCount == 0)
        {
            try
            {
                _reported.Release();
            }
            catch (ObjectDisposedException)
            {
                // The service ends.
            }
        }
    }
}
