using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.Torch;

namespace Microsoft.ML.BlockPruning.Tests.FineTuning;

/// <summary>A tiny dense network, the same with every third block removed, and images.</summary>
internal sealed class FineTuneSubject
{
    private const int Images = 33; // the last does not fill a batch

    public FineTuneSubject()
    {
        Dense = TinyNetwork.Weights(TinyNetwork.Config(isDistilled: true), seed: 3);
        Pruned = Dense.Clone();
        Training = TinyNetwork.Calibration(Dense.Config, Images);
        foreach (var layer in Pruned.PrunableLayers)
        {
            var mask = new BlockMask(layer.OutFeatures, layer.InFeatures, new BlockShape(4, 4));
            for (int block = 0; block < mask.TotalBlocks; block += 3)
            {
                mask[block / mask.BlockColumns, block % mask.BlockColumns] = false;
            }

            for (int i = 0; i < layer.Weight.Length; i++)
            {
                layer.Weight[i] *= mask[i / layer.InFeatures / 4, i % layer.InFeatures / 4] ? 1 : 0;
            }

            Plan.Add(layer.Name, mask);
        }
    }

    public NetworkWeights Dense { get; }

    public NetworkWeights Pruned { get; }

    public SparsityPlan Plan { get; } = new();

    public CalibrationSet Training { get; }

    /// <summary>Three epochs of four steps.</summary>
    public static FineTuneOptions Options() => new() { Epochs = 3, BatchSize = 8, MaximumShift = 1, Seed = 7 };

    public static void AssertSame(NetworkWeights expected, NetworkWeights actual)
    {
        foreach (var (one, other) in expected.Tensors.Zip(actual.Tensors))
        {
            CollectionAssert.AreEqual(one.Values, other.Values, one.Name);
        }
    }

    public NetworkWeights Run(FineTuneOptions options, Action<FineTuneProgress>? onProgress = null) =>
        new FineTuner(options).Run(Dense, Pruned, Plan, Training, validation: null, onProgress ?? (_ => { }));

    /// <summary>Mean over the training images of KL(dense ‖ network), in float64 by the reference network.</summary>
    public double Divergence(NetworkWeights network)
    {
        var teacher = new ReferenceViT(Dense);
        var student = new ReferenceViT(network);
        return Enumerable.Range(0, Images).Average(i =>
        {
            float[] image = Training.ImageAt(i).ToArray();
            return teacher.LogProbabilities(image).Zip(student.LogProbabilities(image), (p, q) => Math.Exp(p) * (p - q)).Sum();
        });
    }
}
