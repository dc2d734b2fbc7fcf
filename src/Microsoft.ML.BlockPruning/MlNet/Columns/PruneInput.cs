using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>The network that is asked for, and the columns of the data that it is to be pruned with; no row has been read yet.</summary>
/// <param name="Weights">The dense network, its classes as the file has them.</param>
/// <param name="Preprocessing">What is done to an image first.</param>
/// <param name="Origins">Who says so.</param>
/// <param name="Image">The image column.</param>
/// <param name="Label">The label column; null where there is none.</param>
/// <param name="Classes">The order of the classes, not yet applied.</param>
/// <param name="HeldOut">The validation set's columns; null where there is none.</param>
internal sealed record PruneInput(
    NetworkWeights Weights, ImagePreprocessing Preprocessing, PreprocessingOrigins Origins, DataViewSchema.Column Image, LabelColumn? Label,
    ClassOrder Classes, HeldOutColumns? HeldOut)
{
    /// <summary>Classes and preprocessing for a report.</summary>
    public NetworkFacts Facts => new(Classes.Classes, Origins.Describe(Preprocessing));

    /// <summary>The network for a run; its classes in the order of the keys once <see cref="ClassOrder.Apply"/> has been called.</summary>
    public DenseModel Model => new(Weights, Preprocessing, Classes.Names, Facts);

    /// <summary>Loads the network and finds the columns.</summary>
    /// <param name="host">Marks exceptions as ML.NET's.</param>
    /// <param name="input">The model file, the columns, the validation set.</param>
    /// <param name="data">The schema of the calibration data.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column or the preprocessing does not fit.</exception>
    /// <exception cref="IOException">The model cannot be read.</exception>
    /// <exception cref="InvalidDataException">The model is damaged or unknown.</exception>
    /// <exception cref="InvalidOperationException">The classes of a label are not the network's or the validation set's.</exception>
    public static PruneInput Open(IHost host, InputRequest input, DataViewSchema data) => Open(host, input, data, Checkpoint.Open);

    /// <inheritdoc cref="Open(IHost, InputRequest, DataViewSchema)"/>
    public static PruneInput Open(
        IHost host, InputRequest input, DataViewSchema data, Func<string, CheckpointOptions, Checkpoint> openCheckpoint)
    {
        var file = DenseFile.Read(
            host, input.ModelPath, input.Checkpoint, input.Preprocessing, input.ApplyOrientation, openCheckpoint);
        bool isTurnedByFile = input.Preprocessing is null && !input.ApplyOrientation && file.Preprocessing.ApplyOrientation;
        if (isTurnedByFile && ImageColumn.IsDecoded(data, input.ImageColumnName))
        {
            file = file.ForDecodedImages();
        }

        var (weights, preprocessing, origins, labelNames) = file;
        var image = ImageColumn.Find(host, data, input.ImageColumnName, preprocessing);
        if (image.Type is VectorDataViewType { ItemType: var item } && item == NumberDataViewType.Single)
        {
            origins = origins.OfPixels();
        }

        var label = LabelColumn.Find(host, data, input.LabelColumnName);
        var classes = ClassOrder.Resolve(host, weights.Spec.NumClasses, labelNames, label, input.ClassOrder);
        return new PruneInput(
            weights, preprocessing, origins, image, label, classes, HeldOutColumns.Find(host, input, preprocessing, label));
    }
}
