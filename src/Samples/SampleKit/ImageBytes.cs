using Microsoft.ML;

namespace SampleKit;

/// <summary>The content of image files, read when a row is: the library decodes, so that every program has one answer to a file.</summary>
/// <remarks>
/// <c>LoadImages</c> would blend transparent pixels with black and fill what is cut off. The mapping is no part of a saved model, which
/// takes the bytes.
/// </remarks>
internal static class ImageBytes
{
    /// <summary>Files above this are no photographs.</summary>
    private const long LargestFile = 1L << 30;

    /// <summary>Adds the column Image.</summary>
    /// <param name="context">Owns the data view.</param>
    /// <param name="rows">Rows of <see cref="ImageFileRow"/>; shuffle and take before, for a shuffled row holds its whole file.</param>
    /// <returns>The rows with a vector of bytes each.</returns>
    public static IDataView Of(MLContext context, IDataView rows) => context.Transforms
        .CustomMapping<ImageFileRow, EncodedImage>((row, image) => image.Image = Read(row.ImagePath), contractName: null)
        .Fit(rows).Transform(rows);

    /// <summary>Reads a file; a device that never ends and a pipe that nobody writes are empty ones.</summary>
    /// <exception cref="IOException">It cannot be read, or is larger than an image can be.</exception>
    public static byte[] Read(string path)
    {
        // Opening a pipe would wait for its writer.
        if (new FileInfo(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Length == 0)
        {
            return [];
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        if (file.Length > LargestFile)
        {
            throw new IOException($"{path} has {file.Length} bytes; images have {LargestFile} at most.");
        }

        byte[] content = new byte[file.Length];
        file.ReadExactly(content);
        return content;
    }
}
