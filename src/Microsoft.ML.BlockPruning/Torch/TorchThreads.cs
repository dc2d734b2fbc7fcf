using TorchSharp;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Holds libtorch to a number of threads for as long as anybody asks, then gives it back the number that it had.</summary>
/// <remarks>
/// By itself libtorch takes one for each core of the machine, whatever quota the process has (cgroups, DOTNET_PROCESSOR_COUNT). The number
/// is the process's: work of the user's own on libtorch has it too meanwhile. Of several at once the last one's number holds, and
/// the one's before it when that is over.
/// As many as the process may use is what nobody asked for; fewer that the process has set for libtorch by itself then stay.
/// </remarks>
internal sealed class TorchThreads : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly List<TorchThreads> Users = [];
    private static int _before;
    private readonly int _count;

    /// <param name="count">Threads, at least 1. libtorch must be loaded.</param>
    public TorchThreads(int count)
    {
        lock (Gate)
        {
            _before = Users.Count == 0 ? torch.get_num_threads() : _before;
            _count = count == Environment.ProcessorCount ? Math.Min(count, _before) : count;
            torch.set_num_threads(_count);
            Users.Add(this);
        }
    }

    public void Dispose()
    {
        lock (Gate)
        {
            if (Users.Remove(this))
            {
                torch.set_num_threads(Users.Count == 0 ? _before : Users[^1]._count);
            }
        }
    }
}
