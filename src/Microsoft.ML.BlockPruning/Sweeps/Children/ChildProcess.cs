using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A child process that runs trials, seen from the sweep; its memory is watched.</summary>
internal sealed class ChildProcess : IDisposable
{
    private const int Killed = 128 + 9; // how a process that got SIGKILL is reported
    private const int ErrorLines = 5;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(50);

    // One at a time: a process that starts while another one's ends of the pipes are open would hold them too, and the end of that other
    // one would not show as the end of its pipe.
    private static readonly Lock Starting = new();

    private readonly Queue<string> _errors = new();
    private readonly long? _limit;
    private readonly Process _process;
    private readonly ChildPipe _pipe;
    private readonly ITimer? _watch;
    private long _heldWhenEnded;

    /// <summary>Starts one.</summary>
    /// <param name="command">How.</param>
    /// <param name="folder">What it reads, and where it leaves networks.</param>
    /// <param name="limits">What it may take.</param>
    public ChildProcess(ChildCommand command, string folder, ChildLimits limits)
    {
        _limit = limits.Memory;
        lock (Starting)
        {
            var requests = new AnonymousPipeServerStream(PipeDirection.Out, HandleInheritability.Inheritable);
            var replies = new AnonymousPipeServerStream(PipeDirection.In, HandleInheritability.Inheritable);
            _pipe = new ChildPipe(replies, requests);
            try
            {
                _process = Process.Start(StartOf(
                    command, limits, [requests.GetClientHandleAsString(), replies.GetClientHandleAsString(), folder]))!;
            }
            catch
            {
                _pipe.Dispose();
                throw;
            }
            finally
            {
                requests.DisposeLocalCopyOfClientHandle();
                replies.DisposeLocalCopyOfClientHandle();
            }
        }

        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        _watch = _limit is null ? null : TimeProvider.System.CreateTimer(_ => Watch(), null, WatchInterval, WatchInterval);
    }

    private static ProcessStartInfo StartOf(ChildCommand command, ChildLimits limits, string[] last)
    {
        var start = new ProcessStartInfo(command.FileName) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in command.Arguments.Concat(last))
        {
            start.ArgumentList.Add(argument);
        }

        if (limits.Memory is { } memory)
        {
            // The collector then works harder before it gives up; memory of libtorch is seen by the watch alone.
            start.Environment["DOTNET_GCHeapHardLimit"] = memory.ToString("X", CultureInfo.InvariantCulture);
        }

        if (limits.Processors is { } processors)
        {
            start.Environment["DOTNET_PROCESSOR_COUNT"] = processors.ToString(CultureInfo.InvariantCulture);
        }

        return start;
    }

    /// <summary>Sends a trial; where the process has died <see cref="Receive"/> tells.</summary>
    public void Send(Trial trial)
    {
        try
        {
            _pipe.Write(trial);
        }
        catch (IOException)
        {
            // The other end is closed, so that the next read finds the end.
        }
    }

    /// <summary>Waits for the next line.</summary>
    /// <returns>Null where the process has died.</returns>
    public ChildReply? Receive() => _pipe.Read<ChildReply>();

    /// <summary>Says why the process ended; waits for that.</summary>
    public string Obituary()
    {
        _process.WaitForExit();
        const double megabyte = 1 << 20;
        long held = Interlocked.Read(ref _heldWhenEnded);
        if (held > 0)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"The trial's process held {held / megabyte:F0} MB of memory, more than its limit of {_limit / megabyte:F0} MB, and was "
                + $"ended. Raise the limit, or calibrate with fewer images.");
        }

        string last;
        lock (_errors)
        {
            last = _errors.Count == 0 ? "" : " It said last: " + string.Join(" ", _errors);
        }

        return _process.ExitCode == Killed
            ? $"The trial's process was killed, as the system does when memory runs out. Other trials go on in a new one.{last}"
            : $"The trial's process died with exit code {_process.ExitCode}. Other trials go on in a new one.{last}";
    }

    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (Exception ended) when (ended is InvalidOperationException or Win32Exception)
        {
            // It has ended by itself, or is about to.
        }
    }

    public void Dispose()
    {
        _watch?.Dispose();
        Kill();
        _process.WaitForExit();
        _pipe.Dispose();
        _process.Dispose();
    }

    private void Watch()
    {
        try
        {
            _process.Refresh();
            long held = _process.WorkingSet64;
            if (held > _limit)
            {
                Interlocked.Exchange(ref _heldWhenEnded, held);
                _process.Kill();
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }

    private void Remember(string? line)
    {
        // Left out: the stack of an exception that nobody caught, whose message comes before it, and libtorch's warnings.
        if (string.IsNullOrWhiteSpace(line) || line.TrimStart().StartsWith("at ", StringComparison.Ordinal)
            || line.StartsWith("[W", StringComparison.Ordinal))
        {
            return;
        }

        lock (_errors)
        {
            _errors.Enqueue(line.Trim());
            if (_errors.Count > ErrorLines)
            {
                _errors.Dequeue();
            }
        }
    }
}
