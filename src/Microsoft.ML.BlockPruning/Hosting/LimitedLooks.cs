using System.Globalization;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Looks at a file, each on a thread of its own: a share that does not answer keeps that thread and not the service.</summary>
/// <param name="limit">How long one is waited for.</param>
internal sealed class LimitedLooks(TimeSpan limit)
{
    /// <summary>Looks that have not returned; then no other is begun.</summary>
    public const int MaximumStuck = 2;

    private readonly List<Task> _stuck = [];

    /// <summary>Looks.</summary>
    /// <exception cref="IOException">It did not return in time, or too many before it have not returned yet.</exception>
    /// <exception cref="Exception">What the look threw.</exception>
    public async Task<T> TakeAsync<T>(Func<T> look, CancellationToken stop)
    {
        _stuck.RemoveAll(task => task.IsCompleted);
        if (_stuck.Count >= MaximumStuck)
        {
            throw new IOException($"{_stuck.Count} looks at it have not returned; it is tried again when one does");
        }

        var task = OwnThread.Run(look);
        if (await task.EndsWithinAsync(limit, stop))
        {
            return await task;
        }

        _stuck.Add(task);
        throw new IOException(string.Create(
            CultureInfo.InvariantCulture,
            $"it could not be looked at within {limit.TotalSeconds} s; see whether the disk or the share answers"));
    }
}
