using Prometheus;
using SampleKit;

namespace PruneModelSample.WebApi;

/// <summary>The model's file: read at the start, and again whenever its content changes.</summary>
/// <remarks>
/// A file that cannot be read, or not in time, leaves the model before it in service; the health check and the log say so. The file is
/// looked at every so often, since what the system reports misses network shares and links that are swapped above it (Kubernetes).
/// </remarks>
internal sealed partial class ModelFile(ServiceSettings settings, ILogger<ModelFile> log, Func<string, PooledModel>? load = null)
    : IDisposable
{
    /// <summary>Loads that never returned, each of which may keep a core busy; then no other is begun. As many looks, likewise.</summary>
    public const int MaximumStuck = 2;

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private static readonly Counter Loads = Metrics.CreateCounter("model_loads_total", "Models read from the file.", "result");
    private static readonly Gauge Stuck = Metrics.CreateGauge("model_loads_stuck", "Loads that have not returned within their limit.");

    private readonly ILogger<ModelFile> _log = log;
    private readonly Func<string, PooledModel> _load = load ?? (path => new PooledModel(path));
    private readonly CancellationTokenSource _stop = new();
    private readonly FolderWatch _watch = new(settings.ModelPath);
    private readonly List<ModelLoad> _stuck = [];
    private readonly List<LimitedWork<FileVersion>> _stuckLooks = [];
    private readonly List<LimitedWork<string>> _stuckHashes = [];
    private Task? _loop;
    private FileVersion? _version;
    private string? _hash;
    private string? _served; // hash of the model in service
    private PooledModel? _current;

    /// <summary>What is wrong with the file as it is now; null where nothing is.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether there is a model to predict with.</summary>
    public bool IsServing => Volatile.Read(ref _current) is not null;

    /// <summary>Reads the file, for as long as a model may take, and begins to watch it.</summary>
    public void Start()
    {
        Look(isReported: true);
        _loop = Task.Run(WatchAsync);
    }

    /// <summary>The newest model; null where none could be read yet.</summary>
    public ModelLease? Rent()
    {
        while (Volatile.Read(ref _current) is { } model)
        {
            if (model.TryRent())
            {
                return new ModelLease(model);
            }
        }

        return null;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop?.Wait(EndLimit); // a share that does not answer must not keep the process
        _watch.Dispose();
        _stop.Dispose();
        Interlocked.Exchange(ref _current, null)?.Return();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                Look(await _watch.WaitAsync(settings.PollInterval, _stop.Token));
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The service ends.
        }
    }

    // A file that looks as before is read only where the system reported a change, and loaded only where its content is another.
    private void Look(bool isReported)
    {
        try
        {
            TakeLate();
            var version = Within(_stuckLooks, () => FileVersion.Of(settings.ModelPath));
            if (version == _version && !isReported)
            {
                return;
            }

            string hash = Within(_stuckHashes, () => FileVersion.HashOf(settings.ModelPath));
            _version = version;
            if (hash == _hash)
            {
                return;
            }

            _hash = hash;
            if (hash == _served)
            {
                Restore();
            }
            else
            {
                Load(hash);
            }
        }
        catch (Exception failure) when (!_stop.IsCancellationRequested)
        {
            if (failure is IOException or UnauthorizedAccessException or OutOfMemoryException)
            {
                (_version, _hash) = (null, null); // it may pass: look again
            }

            Fail(failure.Message);
        }
    }

    // A pipe that took a file's place in between, or a share that does not answer, keeps a thread and not the service.
    private T Within<T>(List<LimitedWork<T>> stuck, Func<T> look)
    {
        stuck.RemoveAll(work => work.IsDone);
        if (stuck.Count >= MaximumStuck)
        {
            throw new IOException($"{stuck.Count} looks at it have not returned; it is tried again when one does");
        }

        var work = new LimitedWork<T>(look);
        if (!work.Wait(settings.LoadLimit, _stop.Token))
        {
            stuck.Add(work);
            throw new IOException($"it could not be looked at within {settings.LoadLimit.TotalSeconds} s");
        }

        return work.Take();
    }

    private void Load(string hash)
    {
        if (_stuck.Any(load => load.Hash == hash))
        {
            throw new InvalidDataException("this content was tried before and is still being read: put another file in its place");
        }

        if (_stuck.Count >= MaximumStuck)
        {
            throw new InvalidOperationException(
                $"{_stuck.Count} models before were never read to their end, and this one is not tried: restart the service");
        }

        var load = new ModelLoad(hash, () => _load(settings.ModelPath));
        if (!load.Wait(settings.LoadLimit, _stop.Token))
        {
            _stuck.Add(load);
            Stuck.Set(_stuck.Count);
            throw new TimeoutException(
                $"it was not read within {settings.LoadLimit.TotalSeconds} s and may never be: put another file in its place");
        }

        Publish(load);
    }

    // What was only slow, and is still what the file holds, is as good as any; the others are put away.
    private void TakeLate()
    {
        foreach (var load in _stuck.Where(load => load.IsDone).ToList())
        {
            _stuck.Remove(load);
            Stuck.Set(_stuck.Count);
            if (load.Hash == _hash)
            {
                Publish(load);
            }
            else
            {
                load.TryTake()?.Return();
                if (Failure is not null)
                {
                    (_version, _hash) = (null, null); // what was not tried for want of room now is
                }
            }
        }
    }

    private void Publish(ModelLoad load)
    {
        Interlocked.Exchange(ref _current, load.Take())?.Return();
        _served = load.Hash;
        Loads.WithLabels("loaded").Inc();
        Restore();
    }

    // The file holds what is in service.
    private void Restore()
    {
        Failure = null;
        string path = TerminalText.EscapeLine(settings.ModelPath);
        LogLoaded(path);
    }

    // Once for each thing that is wrong, not at every look.
    private void Fail(string reason)
    {
        string failure = TerminalText.EscapeLine($"{settings.ModelPath}: {reason}");
        if (failure != Failure)
        {
            Failure = failure;
            Loads.WithLabels("failed").Inc();
            if (IsServing)
            {
                LogFailed(failure);
            }
            else
            {
                LogNoModel(failure);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Serving the model {Path}")]
    private partial void LogLoaded(string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot read the model; the one before stays in service. {Failure}")]
    private partial void LogFailed(string failure);

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot read the model, and there is none in service. {Failure}")]
    private partial void LogNoModel(string failure);
}
