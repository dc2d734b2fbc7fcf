using System.Globalization;
using Microsoft.ML.BlockPruning.Torch;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Calibration;

/// <summary>Streams in a temporary file, so that memory does not grow with the images; bit for bit what memory would hold.</summary>
/// <remarks>
/// The whole file is allocated when it is made, so a full disk is found out before the refit begins. On Unix its name is gone at once
/// and its room with the process, however that ends; on Windows the system deletes it with the last handle.
/// </remarks>
internal sealed class StreamFile : StreamStore
{
    /// <summary>Bytes of a float32.</summary>
    public const long BytesOfNumber = 4;

    private readonly string _path = Path.Combine(
        Path.GetTempPath(), $"block-pruning-{Environment.ProcessId}-{Path.GetRandomFileName()}");

    private readonly SafeFileHandle _file;
    private readonly long _bytes;
    private readonly long _bytesOfImage;
    private readonly long[] _shapeOfImage;

    public StreamFile(long[] shape)
        : base(shape)
    {
        _shapeOfImage = shape[1..];
        _bytesOfImage = checked(shape[1] * shape[2] * BytesOfNumber);
        _bytes = checked(shape[0] * _bytesOfImage);
        _file = Create();
    }

    public override Tensor Read(long first, long count)
    {
        var values = TorchDevice.Put(empty([count, .. _shapeOfImage]));
        Fill(TorchDevice.BytesOf(values), first);
        return values;
    }

    public override Tensor Select(ReadOnlySpan<long> images)
    {
        var values = TorchDevice.Put(empty([images.Length, .. _shapeOfImage]));
        for (int i = 0; i < images.Length; i++)
        {
            Fill(TorchDevice.BytesOf(values).Slice((int)(i * _bytesOfImage), (int)_bytesOfImage), images[i]);
        }

        return values;
    }

    public override void Write(long first, Tensor values)
    {
        using var packed = values.contiguous();
        try
        {
            RandomAccess.Write(_file, TorchDevice.BytesOf(packed), first * _bytesOfImage);
        }
        catch (IOException error)
        {
            throw Failure(error); // file systems that promise no room in advance
        }
    }

    public override void Dispose() => _file.Dispose();

    private void Fill(Span<byte> target, long first)
    {
        long position = first * _bytesOfImage;
        while (target.Length > 0)
        {
            int read = RandomAccess.Read(_file, target, position);
            if (read == 0)
            {
                throw new EndOfStreamException("The temporary file of the calibration's streams ends early: something has cut it.");
            }

            target = target[read..];
            position += read;
        }
    }

    private SafeFileHandle Create()
    {
        try
        {
            var file = File.OpenHandle(
                _path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
                OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None, preallocationSize: _bytes);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(_path); // a killed process leaves nothing behind
            }

            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failure(error);
        }
    }

    private IOException Failure(Exception error) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Pruning needs {_bytes:N0} bytes for the residual streams of its images in the temporary file '{_path}': ")
        + $"{error.Message} Free that much, let TMPDIR (TEMP on Windows) name a folder with room, or calibrate with fewer images.",
        error);
}
