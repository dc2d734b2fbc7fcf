using System.Collections.Concurrent;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.MlNet.Saving;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning;

/// <summary>A pruned network that scores image files on the processor, without an MLContext.</summary>
/// <remarks>
/// Safe to share between threads, and what an application needs that only scores: it may be trimmed and compiled ahead of time
/// (NativeAOT), which ML.NET's own loader may not. Scores are the same bits as those of a pipeline with the same network on the same bytes.
/// </remarks>
/// <example>
/// <code>
/// using var model = PrunedModel.Load("pruned.zip");
/// Console.WriteLine(model.Predict(File.ReadAllBytes("shoe.png")).PredictedLabel);
/// </code>
/// </example>
public sealed class PrunedModel : IDisposable
{
    private readonly ConcurrentBag<Desk> _free = [];
    private readonly SparseViT _network;
    private readonly SparseViTSession _session;

    private PrunedModel(SparseViT network, long maximumPixels, int? numberOfThreads, IReadOnlyList<string> notes)
    {
        _network = network;
        MaximumPixels = maximumPixels;
        Notes = notes;
        _session = new SparseViTSession(network, numberOfThreads ?? Environment.ProcessorCount);
    }

    /// <summary>The network as data: its image size, channels and classes.</summary>
    public NetworkSpec Network => _network.Spec;

    /// <summary>What is done to an image before the network reads it.</summary>
    public ImagePreprocessing Preprocessing => _network.Preprocessing;

    /// <summary>[numClasses], in the order of the scores.</summary>
    public IReadOnlyList<string> LabelNames => _network.LabelNames;

    /// <summary>How the weights are stored in the file.</summary>
    public NumberFormat WeightFormat => _network.WeightFormat;

    /// <summary>The rows of the kernel list that this processor runs, such as <c>avx512-48x8</c>, with + between them.</summary>
    public string KernelName => _session.KernelName;

    /// <summary>Pixels of an image at most, width times height by its header. A larger one is refused before memory is taken.</summary>
    public long MaximumPixels { get; }

    /// <summary>Whether an image is turned as its EXIF orientation says.</summary>
    public bool ApplyOrientation => Preprocessing.ApplyOrientation;

    /// <summary>What is to be known about where the network came from: what was assumed when the dense one was read, and what of the file
    /// could not be checked.</summary>
    /// <value>Sentences for people, empty as a rule.</value>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Multiply-adds per image.</summary>
    public long MultiplyAdds => _network.MultiplyAdds;

    /// <summary>Loads a model and makes it ready to score.</summary>
    /// <param name="path">
    /// What <c>SavePruned</c>, <c>blockprune</c> or <c>Model.Save</c> of a pipeline with one pruned network wrote (zip; other steps of the
    /// pipeline are passed over), or <see cref="SparseViTTransformer.SaveNetwork(string)"/> (safetensors). Every entry's sum is checked.
    /// </param>
    /// <param name="options">How to score; null: one thread for each processor, limits as saved.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    /// <exception cref="ArgumentException">The format is one that is chosen by images.</exception>
    /// <exception cref="IOException">The file cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    /// <exception cref="InvalidDataException">It is damaged, of a later version, or holds no pruned network; says what it is.</exception>
    public static PrunedModel Load(string path, PrunedModelOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ScoringLimits.CheckThreads(options?.NumberOfThreads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options?.MaximumPixels ?? 1, nameof(PrunedModelOptions.MaximumPixels));
        var saved = NetworkFile.Read(path);
        var network = options?.ApplyOrientation is { } orientation
            ? saved.Network.With(saved.Network.Preprocessing.WithOrientation(orientation))
            : saved.Network;
        var formats = options?.Format?.ToLayerFormats() ?? network.Formats;
        return new PrunedModel(
            network.With(formats), options?.MaximumPixels ?? saved.Settings.MaximumPixels, options?.NumberOfThreads,
            [.. saved.Network.Notes, .. saved.Notes]);
    }

    /// <summary>Scores an image; from any thread.</summary>
    /// <param name="imageFile">The content of a PNG, JPEG, BMP, GIF or WebP file; decoded, resized and normalised as timm does.</param>
    /// <returns>The classes with their scores.</returns>
    /// <exception cref="InvalidDataException">It is no such file, cut off or corrupt, or has too many pixels.</exception>
    /// <exception cref="ArithmeticException">A logit is not finite, which is the model's fault.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public PrunedPrediction Predict(ReadOnlySpan<byte> imageFile)
    {
        float[] logits = new float[_network.Spec.NumClasses], probabilities = new float[logits.Length];
        if (!_free.TryTake(out var desk))
        {
            desk = new Desk(Preprocessing, MaximumPixels);
        }

        try
        {
            desk.Writer.WriteEncoded(imageFile, desk.Image);
            _session.Score(desk.Image, 1, logits);
        }
        finally
        {
            _free.Add(desk);
        }

        if (FiniteLogits.FirstBad(logits) >= 0)
        {
            throw FiniteLogits.Error("The image", logits);
        }

        Softmax.Of(logits, probabilities);
        return new PrunedPrediction(LabelNames, logits, probabilities);
    }

    /// <summary>Scores an image file; from any thread.</summary>
    /// <param name="path">A PNG, JPEG, BMP, GIF or WebP file.</param>
    /// <returns>The classes with their scores.</returns>
    /// <exception cref="IOException">The file cannot be read; names it.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    /// <exception cref="InvalidDataException">It is no image, cut off or corrupt, or has too many pixels; names it.</exception>
    /// <exception cref="ArithmeticException">A logit is not finite, which is the model's fault.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public PrunedPrediction PredictFile(string path)
    {
        byte[] content = ImageFile.ReadBytes(path);
        try
        {
            return Predict(content);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidDataException($"The image '{path}': {error.Message}", error);
        }
    }

    /// <summary>Frees threads and memory; predictions under way end first.</summary>
    public void Dispose() => _session.Dispose();

    /// <summary>What one prediction works on.</summary>
    private sealed class Desk(ImagePreprocessing preprocessing, long maximumPixels)
    {
        public ImageTensorWriter Writer { get; } = new(preprocessing, maximumPixels);

        public float[] Image { get; } = new float[preprocessing.Channels * preprocessing.ImageSize * preprocessing.ImageSize];
    }
}
