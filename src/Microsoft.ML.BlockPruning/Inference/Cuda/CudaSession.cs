using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>Scores images with a block-sparse network on an NVIDIA GPU. Callable from many threads; they take turns.</summary>
/// <remarks>
/// One session has one stream, one copy of the weights and one arena, so a lock holds others off while a batch runs: a second stream would
/// only share the same multiprocessors. Once the driver has refused a call the session has freed what it had and is of no use; the process
/// goes on. It has never run on a GPU: the tests run it on an interpreter of the PTX.
/// </remarks>
internal sealed class CudaSession : IScoringSession
{
    private const int LargestPiece = 256;
    private const long LargestElements = 1L << 30; // kernels count elements of a buffer in 32 bits, and a GPU's memory has an end

    private readonly Lock _turn = new();
    private readonly CudaScope _scope = new();
    private readonly ICudaDriver _driver;
    private readonly CudaDevice _device;
    private readonly CudaContext _context;
    private readonly CudaStream _stream;
    private readonly CudaKernels _kernels;
    private readonly DeviceNetwork _network;
    private readonly int _largestPiece;
    private readonly float[] _row; // [numClasses]
    private DeviceArena? _arena;
    private BatchGraphs? _graphs;
    private CudaException? _failure;
    private bool _disposed;

    /// <summary>Uploads the network.</summary>
    /// <param name="network">Copied, not kept.</param>
    /// <param name="driver">The driver.</param>
    /// <param name="device">The GPU.</param>
    /// <param name="element">The type of weights and activations there.</param>
    /// <exception cref="NotSupportedException">The kernels are too small for the network.</exception>
    /// <exception cref="InvalidOperationException">The driver refused; says what and what to do.</exception>
    public CudaSession(SparseViT network, ICudaDriver driver, CudaDevice device, NumberFormat element)
        : this(network, driver, device, element, CudaKernels.ReadShippedPtx())
    {
    }

    internal CudaSession(SparseViT network, ICudaDriver driver, CudaDevice device, NumberFormat element, ReadOnlySpan<byte> ptx)
    {
        ArgumentNullException.ThrowIfNull(network);
        CudaRequirements.Check(network.Spec);
        _driver = driver;
        _device = device;
        try
        {
            _context = driver.RetainPrimaryContext(device.Index);
            _scope.Add(() => driver.ReleasePrimaryContext(device.Index));
            driver.MakeCurrent(_context);
            _stream = driver.CreateStream();
            _scope.Add(() => driver.DestroyStream(_stream));
            _kernels = _scope.Own(new CudaKernels(driver, ptx));
            _network = _scope.Own(new DeviceNetwork(network, driver, element, _stream));
        }
        catch (Exception error)
        {
            _scope.Dispose();
            if (error is CudaException refusal)
            {
                throw new InvalidOperationException($"The network cannot be scored on {Describe()}. {refusal.Message}", refusal);
            }

            throw;
        }

        _row = new float[Spec.NumClasses];
        int widest = Math.Max(_network.WideStride, Math.Max(_network.NarrowStride, _network.StreamStride));
        _largestPiece = (int)Math.Clamp(LargestElements / ((long)Spec.Tokens * widest), 1, LargestPiece);
    }

    public NetworkSpec Spec => _network.Spec;

    /// <inheritdoc/>
    public void Score(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        ScoringBatch.Check(Spec, images.Length, count, logits.Length);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_failure is not null)
            {
                throw new InvalidOperationException(
                    $"Scoring on {Describe()} failed before, and its session cannot be used any more. {_failure.Message}", _failure);
            }

            if (count == 0)
            {
                return;
            }

            try
            {
                Run(images, ScoringBatch.PieceOf(count, _largestPiece), logits);
            }
            catch (CudaException error)
            {
                _failure = error;
                Free();
                throw new InvalidOperationException(
                    $"Scoring on {Describe()} failed, and its session cannot be used any more. {error.Message}", error);
            }
        }
    }

    /// <summary>Frees everything on the device; waits for a batch that runs.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            if (!_disposed)
            {
                _disposed = true;
                Free();
            }
        }
    }

    private string Describe() => $"GPU {_device.Index} ({_device.Name})";

    private void Run(ReadOnlySpan<float> images, int piece, Span<float> logits)
    {
        _driver.MakeCurrent(_context);
        Reserve(piece);
        while (images.Length > 0)
        {
            int count = Math.Min(piece, images.Length / Spec.ImageDim);
            ScorePiece(images[..(count * Spec.ImageDim)], count, logits[..(count * Spec.NumClasses)]);
            images = images[(count * Spec.ImageDim)..];
            logits = logits[(count * Spec.NumClasses)..];
        }
    }

    private void Reserve(int capacity)
    {
        if (_arena?.Capacity >= capacity)
        {
            return;
        }

        FreeArena();
        _arena = new DeviceArena(_network, capacity, _driver, _stream);
        _graphs = new BatchGraphs(_driver, _stream, new DeviceForwardPass(_network, _arena, _kernels, _driver, _stream));
    }

    private unsafe void ScorePiece(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        var arena = _arena!;
        images.CopyTo(new Span<float>((void*)arena.Input, images.Length));
        _graphs!.Run(count);
        for (int head = 0; head < _network.Heads.Length; head++)
        {
            byte* row = (byte*)arena.Output + (head * arena.HeadBytes);
            for (int image = 0; image < count; image++, row += arena.LogitBytesPerRow)
            {
                TakeLogits(
                    head, new ReadOnlySpan<byte>(row, arena.LogitBytesPerRow), logits.Slice(image * Spec.NumClasses, Spec.NumClasses));
            }
        }
    }

    /// <summary>The logits of several heads are averaged (DeiT §3), in float32.</summary>
    private void TakeLogits(int head, ReadOnlySpan<byte> row, Span<float> logits)
    {
        int heads = _network.Heads.Length;
        BlockCodecs.Of(_network.Element).Decode(row, _row);
        for (int label = 0; label < logits.Length; label++)
        {
            float sum = head == 0 ? _row[label] : logits[label] + _row[label];
            logits[label] = head == heads - 1 ? sum / heads : sum;
        }
    }

    private void FreeArena()
    {
        _graphs?.Dispose();
        _graphs = null;
        _arena?.Dispose();
        _arena = null;
    }

    private void Free()
    {
        CudaScope.Try(() => _driver.MakeCurrent(_context));
        CudaScope.Try(() => _driver.Synchronize(_stream)); // a call that was refused leaves those before it at work
        FreeArena();
        _scope.Dispose();
    }
}
