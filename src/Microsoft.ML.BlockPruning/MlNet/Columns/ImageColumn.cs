using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Microsoft.ML.Transforms.Image;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>Which columns a network can read images from.</summary>
internal static class ImageColumn
{
    /// <summary>The column of image files' paths, read where an input has no image column of the name asked for.</summary>
    public const string PathName = "ImagePath";

    private const string Accepted =
        "MLImage (LoadImages), a vector of Byte (an image file), text (its path), or a vector of Single (ExtractPixels)";

    /// <summary>Checks what an estimator knows before it has data: whether the column is there, and its type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is absent or of another type.</exception>
    public static void Check(IExceptionContext context, SchemaShape input, string name)
    {
        var named = input.Where(column => column.Name == name).ToList();
        var found = named.Count > 0 ? named : [.. input.Where(column => column.Name == PathName && column.ItemType is TextDataViewType)];
        if (found.Count == 0)
        {
            throw context.Process(Absent(name, input.Select(column => column.Name)));
        }

        bool isVector = found[0].Kind is SchemaShape.Column.VectorKind.Vector or SchemaShape.Column.VectorKind.VariableVector;
        bool isPixels = found[0].ItemType == NumberDataViewType.Single || found[0].ItemType == NumberDataViewType.Byte;
        if (found[0].IsKey || !(isVector ? isPixels : found[0].ItemType is ImageDataViewType or TextDataViewType))
        {
            throw context.Process(WrongType(found[0].Name, $"{found[0].Kind} of {found[0].ItemType}"));
        }
    }

    /// <summary>Finds the column in the data at hand and checks its type and, where it states one, its size.</summary>
    /// <returns>The column of that name; where there is none, <see cref="PathName"/> if it is text.</returns>
    /// <exception cref="ArgumentOutOfRangeException">It is absent, or of another type or size.</exception>
    public static DataViewSchema.Column Find(IExceptionContext context, DataViewSchema input, string name, ImagePreprocessing preprocessing)
    {
        var column = input.GetColumnOrNull(name) ?? PathsOf(input) ?? throw context.Process(Absent(name, input.Select(c => c.Name)));
        int size = preprocessing.ImageSize, channels = preprocessing.Channels;
        int length = channels * size * size;
        switch (column.Type)
        {
            case ImageDataViewType when preprocessing.ApplyOrientation:
                throw context.Process(new ArgumentOutOfRangeException(
                    $"The image column '{name}' holds decoded images, which no longer know EXIF's orientation. Give the bytes of the "
                    + "files, or set ApplyOrientation to false.", innerException: null));
            case ImageDataViewType image when preprocessing.Resize == ImageResize.None
                && ((image.Width != 0 && image.Width != size) || (image.Height != 0 && image.Height != size)):
                throw context.Process(WrongSize(
                    name, $"images of {image.Width}x{image.Height} pixels", $"{size}x{size} and the preprocessing does not resize"));
            case VectorDataViewType { ItemType: NumberDataViewType } vector
                when vector.ItemType == NumberDataViewType.Single && vector.Size != 0 && vector.Size != length:
                throw context.Process(WrongSize(name, $"vectors of {vector.Size} values", $"{channels}x{size}x{size} = {length}"));
            case ImageDataViewType:
            case TextDataViewType:
            case VectorDataViewType pixels when pixels.ItemType == NumberDataViewType.Single || pixels.ItemType == NumberDataViewType.Byte:
                return column;
            default:
                throw context.Process(WrongType(column.Name, column.Type.ToString()!));
        }
    }

    /// <summary>Whether the column that <see cref="Find"/> would find holds decoded images.</summary>
    public static bool IsDecoded(DataViewSchema input, string name) => input.GetColumnOrNull(name)?.Type is ImageDataViewType;

    private static DataViewSchema.Column? PathsOf(DataViewSchema input) =>
        input.GetColumnOrNull(PathName) is { Type: TextDataViewType } paths ? paths : null;

    private static ArgumentOutOfRangeException Absent(string name, IEnumerable<string> columns) =>
        new(
            $"There is no image column '{name}', nor '{PathName}' with the paths of image files; the input has "
            + $"{string.Join(", ", columns.Select(c => $"'{c}'"))}.",
            innerException: null);

    private static ArgumentOutOfRangeException WrongType(string name, string found) =>
        new($"The image column '{name}' is {found}; it must be {Accepted}.", innerException: null);

    private static ArgumentOutOfRangeException WrongSize(string name, string found, string expected) =>
        new($"The image column '{name}' has {found}, but the network reads {expected}.", innerException: null);
}
