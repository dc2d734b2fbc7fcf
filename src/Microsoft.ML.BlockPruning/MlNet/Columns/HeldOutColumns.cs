using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>The columns of a validation set, checked against the calibration data's.</summary>
/// <param name="Data">The set.</param>
/// <param name="Image">Its image column.</param>
/// <param name="Label">Its label column; null where it has none.</param>
internal sealed record HeldOutColumns(IDataView Data, DataViewSchema.Column Image, DataViewSchema.Column? Label)
{
    /// <summary>Finds the columns; null where no set is named.</summary>
    /// <param name="host">Marks exceptions as ML.NET's.</param>
    /// <param name="input">The set and the names of the columns.</param>
    /// <param name="preprocessing">What the network expects.</param>
    /// <param name="calibration">The label column of the calibration data, or null.</param>
    /// <exception cref="ArgumentOutOfRangeException">The image or label column does not fit.</exception>
    /// <exception cref="InvalidOperationException">The classes are others, or in another order.</exception>
    public static HeldOutColumns? Find(
        IHost host, InputRequest input, ImagePreprocessing preprocessing, LabelColumn? calibration)
    {
        if (input.ValidationSet is not { } data)
        {
            return null;
        }

        var image = ImageColumn.Find(host, data.Schema, input.ImageColumnName, preprocessing);
        if (calibration is null || data.Schema.GetColumnOrNull(calibration.Column.Name) is null)
        {
            return new HeldOutColumns(data, image, null);
        }

        LabelColumn.Check(host, MlNetSchema.ShapeOf(data.Schema), calibration.Column.Name);
        var label = LabelColumn.Find(host, data.Schema, calibration.Column.Name)!;
        bool isSame = label.Count == calibration.Count
            && (label.KeyValues is null || calibration.KeyValues is null || label.KeyValues.SequenceEqual(calibration.KeyValues));
        return isSame ? new HeldOutColumns(data, image, label.Column) : throw host.Process(new InvalidOperationException(
            $"The label column '{label.Column.Name}' of ValidationSet has other keys than the calibration data's "
            + $"({label.Count} against {calibration.Count}, or the same in another order); map both with one fitted MapValueToKey."));
    }
}
