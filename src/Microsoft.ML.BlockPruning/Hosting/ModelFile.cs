using Microsoft.ML.BlockPruning.Reporting.Text;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>The model's file: read at the start, and again whenever its content changes.</summary>
/// <remarks>
/// A file that cannot be read, or not in time, leaves the model before it in service. The file is looked at every so often, since what the
/// system reports misses network shares and links that are swapped above it (Kubernetes). One loop looks and loads, nobody else.
/// </remarks>
internal sealed class ModelFile : IDisposable
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(5);

    private readonly string _path;
    private readonly TimeSpan _pollInterval;
    private readonly ModelFileLog _log;
    private readonly ScoringMeter _meter;
    private readonly CancellationTokenSource _stop = new();
    private readonly FolderWatch _watch;
    private readonly LimitedLooks _looks;
    private readonly ModelLoads _loads;
    private Task? _loop;
    private FileVersion? _version;
    private string? _hash;
    private string? _served; // hash of the model in service
    private volatile string? _failure;
    private volatile SharedModel? _current;

    /// <summary>Reads nothing yet.</summary>
    /// <param name="options">Checked.</param>
    /// <param name="log">Told what is served and what is wrong.</param>
    /// <param name="meter">Counts loads.</param>
    /// <param name="load">Reads a model; null: <see cref="PrunedModel.Load"/> with the options.</param>
    public ModelFile(
        PrunedModelServiceOptions options, ModelFileLog log, ScoringMeter meter, Func<string, SharedModel>? load = null)
    {
        _path = Path.GetFullPath(options.Path);
        _pollInterval = options.PollInterval;
        _log = log;
        _meter = meter;
        _watch = new FolderWatch(_path);
        _looks = new LimitedLooks(options.LoadLimit);
        _loads = new ModelLoads(load ?? (path => new SharedModel(PrunedModel.Load(path, options.Model))), options.LoadLimit, meter);
    }

    /// <summary>What is wrong with the file as it is now; null where nothing is.</summary>
    public string? Failure => _failure;

    /// <summary>The newest model, which may be disposed at any time; null where none could be read yet.</summary>
    public PrunedModel? Current => _current?.Model;

    /// <summary>Reads the file, for as long as a model may take, and begins to watch it.</summary>
    public void Start()
    {
        Task.Run(() => LookAsync(isReported: true)).GetAwaiter().GetResult();
        _loop = Task.Run(WatchAsync);
    }

    /// <summary>The newest model, to be returned; null where none could be read yet.</summary>
    public SharedModel? Rent()
    {
        while (_current is { } model)
        {
            if (model.TryRent())
            {
                return model;
            }
        }

        return null;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _loop?.Wait(EndLimit);
        _watch.Dispose();
        _stop.Dispose();
        _loads.DiscardStuck();
        Interlocked.Exchange(ref _current, null)?.Return();
    }

    private async Task WatchAsync()
    {
        try
        {
            while (true)
            {
                await LookAsync(await _watch.WaitAsync(_pollInterval, _stop.Token));
            }
        }
        catch (Exception) when (_stop.IsCancellationRequested)
        {
            // The service ends.
        }
    }

    // A file that looks as before is read only where the system reported a change, and loaded only where its content is another.
    private async Task LookAsync(bool isReported)
    {
        try
        {
            TakeLate();
            var version = await _looks.TakeAsync(() => FileVersion.Of(_path), _stop.Token);
            if (version == _version && !isReported)
            {
                return;
            }

            string hash = await _looks.TakeAsync(() => FileVersion.HashOf(_path), _stop.Token);
            _version = version;
            if (hash != _hash)
            {
                _hash = hash;
                await TakeAsync(hash);
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

    private async Task TakeAsync(string hash)
    {
        if (hash == _served)
        {
            _log.Restored(VisibleText.Of(_path));
            _failure = null;
        }
        else
        {
            Publish(hash, await _loads.ReadAsync(_path, hash, _stop.Token));
        }
    }

    // What was only slow, and is still what the file holds, is as good as any; the others are put away.
    private void TakeLate()
    {
        foreach (var load in _loads.TakeLate())
        {
            if (load.Hash == _hash)
            {
                Publish(load.Hash, load.Model.GetAwaiter().GetResult());
            }
            else
            {
                load.Discard();
                if (_failure is not null)
                {
                    (_version, _hash) = (null, null); // what was not tried for want of room now is
                }
            }
        }
    }

    private void Publish(string hash, SharedModel model)
    {
        _meter.AddLoaded(model);
        _log.Loaded(VisibleText.Of(_path), model.Model);
        foreach (string note in model.Model.Notes)
        {
            _log.Note(VisibleText.Of(note));
        }

        Interlocked.Exchange(ref _current, model)?.Return();
        _served = hash;
        _failure = null;
    }

    // Once for each thing that is wrong, not at every look.
    private void Fail(string reason)
    {
        string named = reason.Contains(_path, StringComparison.Ordinal) ? reason : $"The model '{_path}': {reason}";
        string failure = VisibleText.Of(named.ReplaceLineEndings(" "));
        if (failure == _failure)
        {
            return;
        }

        _meter.AddFailedLoad();
        if (_current is null)
        {
            _log.NoModel(failure);
        }
        else
        {
            _log.Kept(failure);
        }

        _failure = failure;
    }
}
