using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Network;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>Scores images with a block-sparse network. Callable from many threads at once.</summary>
/// <remarks>
/// An image's logits are the same bits for any number of threads, any batch size, any place in the batch and any instruction set. After
/// the first batch of a size nothing is allocated.
/// </remarks>
internal sealed unsafe class SparseViTSession : IDisposable
{
    // Activations of so many bytes stay in a core's share of the caches; larger batches go through in pieces.
    private const long WorkspaceBytesPerThread = 2L << 20;
    private const int LargestPiece = 64;

    private readonly Lock _lock = new();
    private readonly Stack<ForwardPass> _idle = [];
    private readonly PackedNetwork _network;
    private readonly CpuKernel _kernel;
    private readonly WorkerPool _pool;
    private readonly int _largestPiece;
    private int _callers;
    private bool _disposed;

    /// <summary>Packs the network for the fastest kernel of this processor.</summary>
    /// <param name="network">Copied, not kept.</param>
    /// <param name="threads">Threads that work on a batch, the caller's included.</param>
    public SparseViTSession(SparseViT network, int threads)
        : this(network, threads, CpuKernels.Selected)
    {
    }

    internal SparseViTSession(SparseViT network, int threads, CpuKernel kernel)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(kernel);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        _kernel = kernel;
        _network = new PackedNetwork(network);
        _pool = new WorkerPool(threads);
        _largestPiece = (int)Math.Clamp(threads * WorkspaceBytesPerThread / Workspace.BytesPerImage(network.Config), 1, LargestPiece);
    }

    public ViTConfig Config => _network.Config;

    /// <summary>The kernel in use.</summary>
    public CpuKernel Kernel => _kernel;

    /// <summary>Scores a batch.</summary>
    /// <param name="images">
    /// [count, channels, imageSize, imageSize] float32, normalised. NaN gives NaN in that image's logits alone.
    /// </param>
    /// <param name="count">Number of images; zero does nothing.</param>
    /// <param name="logits">[count, numClasses] float32, written.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Score(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (images.Length != (long)count * Config.ImageDim || logits.Length != (long)count * Config.NumClasses)
        {
            throw new ArgumentException(
                $"{count} images need {(long)count * Config.ImageDim} pixel values "
                + $"({Config.Channels}x{Config.ImageSize}x{Config.ImageSize} each) and "
                + $"{(long)count * Config.NumClasses} logits ({Config.NumClasses} each), found {images.Length} and {logits.Length}.");
        }

        if (count == 0)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return;
        }

        // Pieces of about equal size.
        int pieces = (count + _largestPiece - 1) / _largestPiece;
        int piece = (count + pieces - 1) / pieces;
        var pass = Rent(piece);
        try
        {
            fixed (float* image = images, logit = logits)
            {
                for (int first = 0; first < count; first += piece)
                {
                    pass.Run(
                        image + ((nint)first * Config.ImageDim), Math.Min(piece, count - first), logit + ((nint)first * Config.NumClasses));
                }
            }
        }
        finally
        {
            Return(pass);
        }
    }

    /// <summary>Frees threads and memory; waits for nobody: calls under way end first, the last one frees.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            if (_callers > 0)
            {
                return;
            }
        }

        Free();
    }

    private ForwardPass Rent(int capacity)
    {
        ForwardPass? pass;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _callers++;
            _idle.TryPop(out pass);
        }

        if (pass?.Capacity >= capacity)
        {
            return pass;
        }

        pass?.Dispose();
        try
        {
            return new ForwardPass(_network, capacity, _kernel, _pool);
        }
        catch
        {
            Leave(pass: null);
            throw;
        }
    }

    private void Return(ForwardPass pass) => Leave(pass);

    private void Leave(ForwardPass? pass)
    {
        lock (_lock)
        {
            if (pass is not null)
            {
                _idle.Push(pass);
            }

            _callers--;
            if (!_disposed || _callers > 0)
            {
                return;
            }
        }

        Free();
    }

    private void Free()
    {
        foreach (var pass in _idle)
        {
            pass.Dispose();
        }

        _pool.Dispose();
        _network.Dispose();
    }
}
