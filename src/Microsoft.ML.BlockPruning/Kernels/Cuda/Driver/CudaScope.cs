namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>What was taken from a driver; given back in reverse order, all of it, whatever the driver answers.</summary>
internal sealed class CudaScope : IDisposable
{
    private readonly Stack<Action> _releases = [];

    /// <summary>Gives something back, and goes on where the driver refuses.</summary>
    /// <remarks>
    /// A call that frees also reports what earlier work did wrong, and a driver that has lost its device refuses all calls; the memory
    /// then went with the device. Both have been reported where they happened.
    /// </remarks>
    public static void Try(Action release)
    {
        try
        {
            release();
        }
        catch (CudaException)
        {
            return;
        }
    }

    public T Own<T>(T owned)
        where T : IDisposable
    {
        Add(owned.Dispose);
        return owned;
    }

    public void Add(Action release) => _releases.Push(release);

    public void Dispose()
    {
        while (_releases.TryPop(out var release))
        {
            Try(release);
        }
    }
}
