using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Primitives;
using Prometheus;

namespace PruneModelSample.WebApi;

/// <summary>The model's file: read at the start, and again whenever it changes.</summary>
/// <remarks>A file that cannot be read leaves the model before it in service; the health check and the log say so.</remarks>
internal sealed partial class ModelFile : IDisposable
{
    private static readonly Counter Loads = Metrics.CreateCounter("model_loads_total", "Models read from the file.", "result");

    private readonly string _path;
    private readonly ILogger<ModelFile> _log;
    private readonly PhysicalFileProvider _folder;
    private readonly Lock _gate = new();
    private IDisposable? _watch;
    private PooledModel? _current;

    public ModelFile(string path, ILogger<ModelFile> log)
    {
        _path = Path.GetFullPath(path);
        _log = log;
        _folder = new PhysicalFileProvider(Path.GetDirectoryName(_path)!);
    }

    /// <summary>What is wrong with the file as it is now; null where nothing is.</summary>
    public string? Failure { get; private set; }

    /// <summary>Whether there is a model to predict with.</summary>
    public bool IsServing => Volatile.Read(ref _current) is not null;

    /// <summary>Reads the file and begins to watch it.</summary>
    public void Start()
    {
        _watch = ChangeToken.OnChange(() => _folder.Watch(Path.GetFileName(_path)), Reload);
        Reload();
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
        _watch?.Dispose();
        _folder.Dispose();
        Interlocked.Exchange(ref _current, null)?.Return();
    }

    private void Reload()
    {
        lock (_gate)
        {
            try
            {
                var loaded = new PooledModel(_path);
                Interlocked.Exchange(ref _current, loaded)?.Return();
                Failure = null;
                Loads.WithLabels("loaded").Inc();
                LogLoaded(_path);
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                Failure = $"{_path}: {failure.Message}";
                Loads.WithLabels("failed").Inc();
                LogFailed(failure, _path);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Serving the model {Path}")]
    private partial void LogLoaded(string path);

    [LoggerMessage(Level = LogLevel.Error, Message = "Cannot read the model {Path}; the one before stays in service")]
    private partial void LogFailed(Exception failure, string path);
}
