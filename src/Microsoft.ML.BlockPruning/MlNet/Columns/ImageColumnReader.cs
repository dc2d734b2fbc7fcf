using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>Reads the image of the row at hand as normalised floats.</summary>
/// <remarks>
/// Hands the getter the same image every time and never disposes it: loaders dispose the one before, and a column made of objects in memory
/// hands out the caller's own.
/// </remarks>
internal sealed class ImageColumnReader
{
    private readonly IExceptionContext _context;
    private readonly DataViewRow _row;
    private readonly string _name;
    private readonly ImageTensorWriter _writer;
    private readonly ReadImage _read;

    /// <summary>Prepares to read a column that <see cref="ImageColumn.Find"/> has checked.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="row">The row or cursor; the column is active in it.</param>
    /// <param name="column">The image column in the row's schema.</param>
    /// <param name="preprocessing">What the network expects.</param>
    /// <param name="maximumPixels">Of an image, at most.</param>
    public ImageColumnReader(
        IExceptionContext context, DataViewRow row, DataViewSchema.Column column, ImagePreprocessing preprocessing, long maximumPixels)
    {
        _context = context;
        _row = row;
        _name = column.Name;
        _writer = new ImageTensorWriter(preprocessing, maximumPixels);
        _read = column.Type switch
        {
            ImageDataViewType => OfImages(row.GetGetter<MLImage>(column)),
            TextDataViewType => OfPaths(row.GetGetter<ReadOnlyMemory<char>>(column)),
            VectorDataViewType { ItemType: var item } when item == NumberDataViewType.Byte => OfBytes(row.GetGetter<VBuffer<byte>>(column)),
            _ => OfValues(row.GetGetter<VBuffer<float>>(column)),
        };
    }

    private delegate void ReadImage(Span<float> destination);

    /// <summary>Reads.</summary>
    /// <param name="destination">[channels, imageSize, imageSize], overwritten.</param>
    /// <exception cref="InvalidDataException">The image cannot be used; names the row, the column and what is wrong.</exception>
    /// <exception cref="IOException">Its file cannot be read; names them too.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read its file; likewise.</exception>
    public void Read(Span<float> destination)
    {
        try
        {
            _read(destination);
        }
        catch (InvalidDataException error)
        {
            throw _context.Process(new InvalidDataException($"Column '{_name}', row {_row.Position} (from 0): {error.Message}", error));
        }
        catch (IOException error)
        {
            throw _context.Process(new IOException($"Column '{_name}', row {_row.Position} (from 0): {error.Message}", error));
        }
        catch (UnauthorizedAccessException error)
        {
            throw _context.Process(
                new UnauthorizedAccessException($"Column '{_name}', row {_row.Position} (from 0): {error.Message}", error));
        }
    }

    private ReadImage OfImages(ValueGetter<MLImage> getter)
    {
        MLImage image = null!; // the getter's to fill
        return destination =>
        {
            getter(ref image);
            _writer.WriteImage(image, destination);
        };
    }

    private ReadImage OfPaths(ValueGetter<ReadOnlyMemory<char>> getter)
    {
        var path = default(ReadOnlyMemory<char>);
        return destination =>
        {
            getter(ref path);
            _writer.WriteEncoded(
                path.Span.IsWhiteSpace() || path.Span.Contains('\0')
                    ? throw new InvalidDataException("there is no path of an image file in it.")
                    : ImageFile.ReadBytes(path.ToString()),
                destination);
        };
    }

    private ReadImage OfBytes(ValueGetter<VBuffer<byte>> getter)
    {
        var bytes = default(VBuffer<byte>);
        return destination =>
        {
            getter(ref bytes);
            try
            {
                _writer.WriteEncoded(bytes.IsDense ? bytes.GetValues() : bytes.DenseValues().ToArray(), destination);
            }
            finally
            {
                // A getter fills the memory that it is given again: a large file's would stay for good.
                bytes = bytes.Length > ScratchBuffer.KeptAtMost ? default : bytes;
            }
        };
    }

    private ReadImage OfValues(ValueGetter<VBuffer<float>> getter)
    {
        var values = default(VBuffer<float>);
        return destination =>
        {
            getter(ref values);
            try
            {
                _writer.WriteValues(values.IsDense ? values.GetValues() : values.DenseValues().ToArray(), destination);
            }
            finally
            {
                values = values.Length > _writer.Length ? default : values;
            }
        };
    }
}
