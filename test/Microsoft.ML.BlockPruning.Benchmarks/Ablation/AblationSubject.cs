using FashionMnist;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Measurement;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>A trained network, the images it is calibrated with and the images it is judged on.</summary>
internal sealed class AblationSubject
{
    /// <summary>The bundled calibration images.</summary>
    public const int AllImages = 2_000;

    private readonly CalibrationSet _test;
    private readonly int[] _labels;
    private readonly float[] _denseLogits;

    private AblationSubject(string path)
    {
        Weights = ViTCheckpoint.Load(path);
        Calibration = Normalised(FashionMnistData.ReadCalibration());
        var test = FashionMnistData.ReadTest();
        _test = Normalised(test);
        _labels = [.. test.Labels.Select(label => (int)label)];
        _denseLogits = LogitsOf(Weights);
        DenseTop1 = 100 * Fidelity.Top1(_denseLogits, _labels);
    }

    public NetworkWeights Weights { get; }

    /// <summary>The 2,000 bundled images; labels are sampled.</summary>
    public CalibrationSet Calibration { get; }

    /// <summary>Percent on the 10,000 test images.</summary>
    public double DenseTop1 { get; }

    /// <exception cref="FileNotFoundException">The network's file is not there.</exception>
    public static AblationSubject Of(AblationNetwork network) => new(AblationNetworks.PathOf(network));

    /// <summary>The first of the calibration images, which are in mixed order.</summary>
    public CalibrationSet CalibrationOf(int images) =>
        images == Calibration.Count ? Calibration : Calibration.Select([.. Enumerable.Range(0, images)], labels: null);

    /// <summary>Judges a pruned network on the 10,000 test images, which no pruning has seen.</summary>
    /// <returns>Right answers in percent; KL(dense ‖ pruned), nats per image.</returns>
    public (double Top1, double Kl) Judge(NetworkWeights pruned)
    {
        float[] logits = LogitsOf(pruned);
        return (100 * Fidelity.Top1(logits, _labels), Fidelity.Of(_denseLogits, logits, Weights.Config.NumClasses).Kl);
    }

    private CalibrationSet Normalised(LabelledImages images) => new(
        Weights.Spec, [.. images.Images.Pixels.Select(pixel => ((pixel / 255f) - 0.286f) / 0.353f)], images.Count);

    private float[] LogitsOf(NetworkWeights weights)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var network = new TorchNetwork(weights);
        int classes = weights.Config.NumClasses;
        float[] logits = new float[_test.Count * classes];
        for (int batch = 0; batch < _test.BatchCount; batch++)
        {
            using var batchScope = NewDisposeScope();
            network.Forward(_test.ImagesOf(batch)).data<float>().CopyTo(logits.AsSpan(_test.FirstImage(batch) * classes));
        }

        return logits;
    }
}
