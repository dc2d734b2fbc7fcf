using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>What <c>mlContext.BlockPruning()</c> offers besides the transforms.</summary>
public sealed class SweepCatalog
{
    private readonly IHostEnvironment _environment;

    internal SweepCatalog(IHostEnvironment environment) => _environment = environment;

    /// <summary>Create a <see cref="SparsitySweep"/>, which prunes a network in many ways and tells which of them pay.</summary>
    /// <param name="options">
    /// The model file, the columns and the method, as <c>PruneBlocks</c> takes them. Budget, Block and Criterion come from the search
    /// space, the validation set from the dataset; progress and cancellation are the sweep's own.
    /// </param>
    /// <returns>The sweep, to be given its dataset and run.</returns>
    /// <exception cref="ArgumentException">An option is missing, out of its range, or not for a sweep (fine-tuning).</exception>
    public SparsitySweep CreateSweep(BlockPruneEstimator.Options options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SparsitySweep(_environment, options);
    }

    /// <summary>The classes of a dense network: <c>keyData</c> of <c>MapValueToKey</c> where not every class has images.</summary>
    /// <param name="modelPath">A checkpoint's file or folder; its names and a <c>config.json</c> beside it are read.</param>
    /// <param name="checkpoint">What no file tells of the network, as for <c>PruneBlocks</c>; null: nothing is said.</param>
    /// <returns>
    /// The names in <c>config.json</c>, in Unicode's form C and the order of the network's logits; one that occurs twice has the number of
    /// its class behind it, as in "crane (134)". "0", "1" … where the file names none.
    /// </returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged or of another architecture, or <c>config.json</c> names another number of classes than the network has.
    /// </exception>
    public IReadOnlyList<string> ReadClassNames(string modelPath, CheckpointOptions? checkpoint = null) =>
        ClassOrder.NamesOf(_environment, modelPath, checkpoint ?? CheckpointOptions.Default);

    /// <summary>The classes of a dense network with what images call them, which may be other names or the only ones.</summary>
    /// <param name="modelPath">A checkpoint's file or folder; its names and a <c>config.json</c> beside it are read.</param>
    /// <param name="imageClasses">What the images' classes are called, each once.</param>
    /// <param name="order">How the network was trained, where <c>config.json</c> names no class.</param>
    /// <param name="checkpoint">What no file tells of the network, as for <c>PruneBlocks</c>; null: nothing is said.</param>
    /// <returns>
    /// Every class in the order of the network's logits, matched as <see cref="ClassNames.Match"/> does; where the network names none,
    /// named by the images and in the order that is natural and ordinal, or that <paramref name="order"/> tells.
    /// </returns>
    /// <exception cref="ArgumentException">A name is unknown or could be several classes, or the order matters and is not told.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture.</exception>
    /// <exception cref="InvalidOperationException"><c>config.json</c> names another number of classes than the network has.</exception>
    public IReadOnlyList<ClassReport> MatchClasses(
        string modelPath, IReadOnlyList<string> imageClasses, ClassNameOrder order = ClassNameOrder.Unspecified,
        CheckpointOptions? checkpoint = null)
    {
        ArgumentNullException.ThrowIfNull(imageClasses);
        return ClassOrder.Match(_environment, modelPath, checkpoint ?? CheckpointOptions.Default, imageClasses, order);
    }

    /// <summary>What a dense checkpoint is: whose names it has, heads, epsilon, activation, readout, image size, and who says so.</summary>
    /// <param name="modelPath">A checkpoint's file or folder; no weight is read.</param>
    /// <param name="checkpoint">What no file tells of the network, as for <c>PruneBlocks</c>; null: nothing is said.</param>
    /// <returns>The description.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture.</exception>
#pragma warning disable CA1822 // called on what mlContext.BlockPruning() gives, as its neighbours are
    public CheckpointDescription DescribeCheckpoint(string modelPath, CheckpointOptions? checkpoint = null)
    {
        using var file = Checkpoint.Open(modelPath, checkpoint ?? CheckpointOptions.Default);
        return file.Description;
    }
#pragma warning restore CA1822

    /// <summary>Create a <see cref="SparsitySweep"/> with the default method.</summary>
    /// <param name="modelPath">A checkpoint's file or folder; a <c>config.json</c> beside it is read too.</param>
    /// <returns>The sweep, to be given its dataset and run.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SparsitySweep CreateSweep(string modelPath) => CreateSweep(new BlockPruneEstimator.Options { ModelPath = modelPath });
}
