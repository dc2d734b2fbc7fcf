using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>Scores images with a block-sparse network. Callable from many threads at once.</summary>
/// <remarks>
/// An image's logits are the same bits for any number of threads, any batch size, any place in the batch and any kernels of one arithmetic
/// class. After the first batch of a size nothing is allocated.
/// </remarks>
internal sealed unsafe class SparseViTSession : IScoringSession
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
        _network = new PackedNetwork(network, kernel);
        KernelName = kernel.NameOf(network.Formats.Used);
        _pool = new WorkerPool(threads);
        _largestPiece = LargestPieceOf(network.Spec, threads);
    }

    public NetworkSpec Spec => _network.Spec;

    /// <summary>The rows of the list of kernels in use, by their names.</summary>
    public string KernelName { get; }

    /// <summary>All rows that were chosen for this processor.</summary>
    public CpuKernel Kernel => _kernel;

    /// <summary>Images that go through the layers at once.</summary>
    /// <param name="spec">The network.</param>
    /// <param name="threads">Threads that work on a batch.</param>
    /// <param name="count">Images of the batch; they go in pieces of about equal size.</param>
    public static int PieceOf(NetworkSpec spec, int threads, int count) => ScoringBatch.PieceOf(count, LargestPieceOf(spec, threads));

    /// <inheritdoc/>
    /// <remarks>NaN gives NaN logits to its image alone.</remarks>
    public void Score(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        ScoringBatch.Check(Spec, images.Length, count, logits.Length);
        if (count == 0)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return;
        }

        int piece = ScoringBatch.PieceOf(count, _largestPiece);
        var pass = Rent(piece);
        try
        {
            fixed (float* image = images, logit = logits)
            {
                for (int first = 0; first < count; first += piece)
                {
                    float* from = image + ((nint)first * Spec.ImageDim);
                    pass.Run(from, Math.Min(piece, count - first), logit + ((nint)first * Spec.NumClasses));
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

    private static int LargestPieceOf(NetworkSpec spec, int threads) =>
        (int)Math.Clamp(threads * WorkspaceBytesPerThread / ActivationSizes.Of(spec).BytesPerImage, 1, LargestPiece);

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
