using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>A dense network out of its file, with what is done to an image first and who says so; no column is known yet.</summary>
/// <param name="Weights">The network, its classes as the file has them.</param>
/// <param name="Preprocessing">What is done to an image first; of the network's size.</param>
/// <param name="Origins">Who says so.</param>
/// <param name="LabelNames">[numClasses] the names in config.json, in the network's order; null where it has none.</param>
internal sealed record DenseFile(
    NetworkWeights Weights, ImagePreprocessing Preprocessing, PreprocessingOrigins Origins, IReadOnlyList<string>? LabelNames)
{
    /// <summary>Reads a network.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="options">What no file tells.</param>
    /// <param name="own">The caller's preprocessing; null: what the network's files say.</param>
    /// <param name="isOriented">Whether an image file is turned as its EXIF orientation says, whatever the preprocessing says.</param>
    /// <param name="openCheckpoint">Opens the file; null: as every checkpoint is.</param>
    /// <exception cref="ArgumentOutOfRangeException">The preprocessing is of another size than the network.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or unknown.</exception>
    public static DenseFile Read(
        IExceptionContext context, string path, CheckpointOptions options, ImagePreprocessing? own = null, bool isOriented = false,
        Func<string, CheckpointOptions, Checkpoint>? openCheckpoint = null)
    {
        using var checkpoint = (openCheckpoint ?? Checkpoint.Open)(path, options);
        var weights = checkpoint.ReadWeights();
        var (preprocessing, origins) = own is not null
            ? (own, PreprocessingOrigins.Options)
            : (checkpoint.Preprocessing, PreprocessingOrigins.OfConfig(checkpoint.Pixels));
        if (isOriented)
        {
            preprocessing = preprocessing.WithOrientation(true);
            origins = origins with { Orientation = "Options.ApplyOrientation" };
        }

        CheckPreprocessing(context, preprocessing, weights.Spec);
        return new DenseFile(weights, preprocessing, origins, checkpoint.LabelNames);
    }

    /// <summary>The same for images that are decoded already and know no orientation, with a note: the file's word was for files.</summary>
    public DenseFile ForDecodedImages()
    {
        Weights.Notes =
        [
            .. Weights.Notes,
            "The image column holds decoded images, which no longer know EXIF's orientation: none is turned, though the network's "
            + "preprocessor_config.json is of pipelines that turn. Give the bytes or the paths of the files.",
        ];
        return this with
        {
            Preprocessing = Preprocessing.WithOrientation(false),
            Origins = Origins with { Orientation = "the image column, which holds decoded images" },
        };
    }

    /// <summary>The network for scoring, its classes in its own order.</summary>
    /// <param name="context">Marks exceptions as ML.NET's.</param>
    /// <exception cref="InvalidOperationException">config.json names another number of classes than the network has.</exception>
    public DenseModel Model(IExceptionContext context)
    {
        var classes = ClassOrder.Resolve(context, Weights.Spec.NumClasses, LabelNames, label: null);
        return new DenseModel(Weights, Preprocessing, classes.Names, new NetworkFacts(classes.Classes, Origins.Describe(Preprocessing)));
    }

    private static void CheckPreprocessing(IExceptionContext context, ImagePreprocessing preprocessing, NetworkSpec network)
    {
        if (preprocessing.ImageSize != network.ImageSize || preprocessing.Channels != network.Channels)
        {
            throw context.Process(new ArgumentOutOfRangeException(
                nameof(preprocessing),
                $"The preprocessing makes {preprocessing.Channels}x{preprocessing.ImageSize}x{preprocessing.ImageSize}, "
                + $"but the network reads {network.Channels}x{network.ImageSize}x{network.ImageSize}."));
        }
    }
}
