using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Runs;

/// <summary>Makes the report of one model: its layers, and its answers beside those of the dense network.</summary>
/// <param name="network">The pruned network.</param>
/// <param name="facts">Its classes and preprocessing.</param>
/// <param name="threads">Threads that score.</param>
/// <param name="onBatch">Called before each batch; it may throw to cancel.</param>
internal sealed class ModelReportBuilder(SparseViT network, NetworkFacts facts, int threads, Action onBatch)
{
    private const int Examples = 10;

    /// <summary>Layers alone.</summary>
    /// <param name="name">What the model is called.</param>
    /// <param name="pruning">What pruning found; null where it is not known.</param>
    public ModelReport Build(string name, PruneReport? pruning) => new()
    {
        Name = name,
        Pruning = pruning,
        HeldOut = pruning?.Network.HeldOut,
        Classes = facts.Classes,
        Preprocessing = facts.Preprocessing,
        Layers = Layers(),
    };

    /// <summary>Layers and answers.</summary>
    /// <param name="name">What the model is called.</param>
    /// <param name="pruning">What pruning found; null where it is not known.</param>
    /// <param name="dense">The dense network, its classes in the order of the pruned one's.</param>
    /// <param name="images">The images, with labels where they are known.</param>
    public ModelReport Build(string name, PruneReport? pruning, NetworkWeights dense, CalibrationSet images)
    {
        var (heldOut, answers) = Compare(dense, images);
        return new ModelReport
        {
            Name = name,
            Pruning = pruning,
            HeldOut = heldOut,
            Classes = facts.Classes,
            Preprocessing = facts.Preprocessing,
            Layers = Layers(),
            Answers = answers,
            Examples =
            [
                .. answers.Surest(Examples)
                    .Select(answer => answer with { Png = PngOf(images.ImageAt(answer.Row), network.Preprocessing) }),
            ],
        };
    }

    /// <summary>An image as the network sees it, with the normalisation undone.</summary>
    /// <param name="image">[channels, imageSize, imageSize], normalised.</param>
    /// <param name="preprocessing">What normalised it.</param>
    public static byte[] PngOf(ReadOnlySpan<float> image, ImagePreprocessing preprocessing)
    {
        int channels = preprocessing.Channels, area = preprocessing.ImageSize * preprocessing.ImageSize;
        byte[] pixels = new byte[image.Length];
        for (int channel = 0; channel < channels; channel++)
        {
            for (int pixel = 0; pixel < area; pixel++)
            {
                float value = (image[(channel * area) + pixel] * preprocessing.Std[channel]) + preprocessing.Mean[channel];
                pixels[(pixel * channels) + channel] = (byte)Math.Clamp(MathF.Round(255 * value), 0, 255);
            }
        }

        return PngFile.OfPixels(preprocessing.ImageSize, preprocessing.ImageSize, channels, pixels);
    }

    private IReadOnlyList<KeptLayer> Layers() => ModelReport.LayersOf(
        network.Spec.Layers.SelectMany(group => group.Linears.Select(layer => (group.Name, layer.Name, network.Plan[layer.Name]
            ?? new BlockMask(layer.OutFeatures, layer.InFeatures, new BlockShape(layer.OutFeatures, layer.InFeatures))))));

    private (HeldOutReport HeldOut, AnswerComparison Answers) Compare(NetworkWeights dense, CalibrationSet images)
    {
        using var denseSession = new SparseViTSession(
            SparseViT.Create(dense, new SparsityPlan(), network.Preprocessing, network.LabelNames), threads);
        using var prunedSession = new SparseViTSession(network, threads);
        float[] expected = HeldOutComparison.LogitsOf(denseSession, images, onBatch);
        float[] found = HeldOutComparison.LogitsOf(prunedSession, images, onBatch);
        return (
            HeldOutComparison.Of(expected, found, images, HeldOutReport.OfComparison, network.Spec.NumClasses),
            new AnswerComparison(expected, found, images.Labels, network.LabelNames));
    }
}
