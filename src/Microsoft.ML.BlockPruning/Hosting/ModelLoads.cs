using System.Globalization;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Readings of the file, of which one that hangs is given up, and the same content not tried again.</summary>
/// <param name="load">Reads a model and checks it whole.</param>
/// <param name="limit">How long one is waited for.</param>
/// <param name="meter">Counts them.</param>
internal sealed class ModelLoads(Func<string, SharedModel> load, TimeSpan limit, ScoringMeter meter)
{
    /// <summary>Loads that never returned, each of which keeps a thread and its memory; then no other is begun.</summary>
    public const int MaximumStuck = 2;

    private readonly List<ModelLoad> _stuck = [];

    /// <summary>Reads the file.</summary>
    /// <exception cref="InvalidDataException">It is no sound model, or this content hangs already.</exception>
    /// <exception cref="InvalidOperationException">Too many hang already.</exception>
    /// <exception cref="TimeoutException">It was not read in time.</exception>
    /// <exception cref="Exception">What the reading threw.</exception>
    public async Task<SharedModel> ReadAsync(string path, string hash, CancellationToken stop)
    {
        if (_stuck.Any(other => other.Hash == hash))
        {
            throw new InvalidDataException("this content was tried before and is still being read: put another file in its place");
        }

        if (_stuck.Count >= MaximumStuck)
        {
            throw new InvalidOperationException(
                $"{_stuck.Count} models before were never read to their end, and this one is not tried: restart the service");
        }

        var begun = new ModelLoad(hash, OwnThread.Run(() => load(path)));
        bool hasEnded = false;
        try
        {
            hasEnded = await begun.Model.EndsWithinAsync(limit, stop);
        }
        catch (OperationCanceledException)
        {
            begun.Discard();
            throw;
        }

        if (!hasEnded)
        {
            _stuck.Add(begun);
            meter.AddStuck(1);
            throw new TimeoutException(string.Create(
                CultureInfo.InvariantCulture,
                $"it was not read within {limit.TotalSeconds} s and may never be: put another file in its place"));
        }

        return await begun.Model;
    }

    /// <summary>Those that were given up and have ended since.</summary>
    public IReadOnlyList<ModelLoad> TakeLate()
    {
        var late = _stuck.Where(other => other.Model.IsCompleted).ToList();
        foreach (var ended in late)
        {
            _stuck.Remove(ended);
            meter.AddStuck(-1);
        }

        return late;
    }

    /// <summary>Sees to it that what still comes is put away.</summary>
    public void DiscardStuck() => _stuck.ForEach(other => other.Discard());
}
