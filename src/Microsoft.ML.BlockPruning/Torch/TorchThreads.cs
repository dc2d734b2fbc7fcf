using TorchSharp;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Holds libtorch to a number of threads for as long as anybody asks, then gives it back the number that it had.</summary>
/// <remarks>
/// By itself libtorch takes one for each core of the machine, whatever quota the process has (cgroups, DOTNET_PROCESSOR_COUNT). The number
/// is the process's: work of the user's own on libtorch has it too meanwhile. Of several at once the last one's number holds.
/// As many as the process may use is what nobody asked for; fewer that the process has set for libtorch by itself then stay.
/// </remarks>
internal sealed class TorchThreads : IDisposable
{
    private static readonly Lock Gate = new();
    private static int _users, _before;
    private bool _isDisposed;

    /// <param name="count">Threads, at least 1. libtorch must be loaded.</param>
    public TorchThreads(int count)
    {
        lock (Gate)
        {
            _before = _users++ == 0 ? torch.get_num_threads() : _before;
            torch.set_num_threads(count == Environment.ProcessorCount ? Math.Min(count, _before) : count);
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (!_isDisposed && --_users == 0)
            {
                torch.set_num_threads(_before);
            }

            _isDisposed = true;
        }
    }
}
