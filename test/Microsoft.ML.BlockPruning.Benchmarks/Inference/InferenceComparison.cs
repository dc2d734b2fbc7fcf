using System.Numerics.Tensors;
using Microsoft.ML.BlockPruning.Benchmarks.Onnx;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Benchmarks.Inference;

/// <summary>Times whole forward passes of every format and share of blocks beside ONNX Runtime and libtorch, in turn.</summary>
/// <param name="rounds">How often.</param>
/// <param name="threads">Of every variant.</param>
/// <param name="hasTorch">Whether libtorch is timed too, which takes longest.</param>
internal sealed class InferenceComparison(InterleavedRounds rounds, int threads, bool hasTorch)
{
    private const int Fp32 = 0, DynamicInt8 = 1, StaticInt8 = 2, Torch = 3;

    // Of the largest logit: what fp32 in another order of summation may differ by after a whole network.
    private const double AllowedError = 1e-4;

    /// <param name="subject">The network.</param>
    /// <param name="batch">Images of a run.</param>
    /// <param name="keeps">Shares of blocks; 1 among them.</param>
    /// <param name="formats">Formats; float32 among them.</param>
    /// <exception cref="InvalidOperationException">The dense fp32 networks do not compute the same.</exception>
    public IReadOnlyList<InferenceRow> Measure(InferenceSubject subject, int batch, double[] keeps, ProductFormat[] formats)
    {
        var ours = new List<InferenceVariant>();
        var others = new List<IMeasuredNetwork>();
        try
        {
            foreach (double keep in keeps)
            {
                var network = subject.With(keep);
                ours.AddRange(formats.Select(format => new InferenceVariant(keep, network, format, batch, threads)));
            }

            var dense = subject.With(keep: 1);
            others.Add(new OnnxRuntimeNetwork(dense, graph => new FusedLayers(graph), batch, threads));
            others.Add(new OnnxRuntimeNetwork(dense, graph => new DynamicInt8Layers(graph), batch, threads));
            others.Add(new OnnxRuntimeNetwork(dense, graph => new StaticInt8Layers(graph), batch, threads));
            if (hasTorch)
            {
                others.Add(new LibTorchNetwork(subject.Subject.Weights, batch));
            }

            float[][] logits = [.. ours.Concat<IMeasuredNetwork>(others).Select(network => LogitsOf(network, subject, batch))];
            CheckFp32(logits[ours.FindIndex(IsDenseFloat32)], logits[ours.Count + Fp32]);
            double[][] seconds = rounds.Samples([.. ours.Concat<IMeasuredNetwork>(others).Select(network => (Action)network.Run)]);
            return [.. ours.Select((variant, i) => RowOf(subject.Name, batch, ours, i, seconds, logits))];
        }
        finally
        {
            ours.ForEach(variant => variant.Dispose());
            others.ForEach(network => network.Dispose());
        }
    }

    private static bool IsDenseFloat32(InferenceVariant variant) => variant is { Keep: 1, Format: ProductFormat.Float32 };

    private InferenceRow RowOf(string model, int batch, List<InferenceVariant> ours, int i, double[][] seconds, float[][] logits)
    {
        var variant = ours[i];
        double[] of(int other) => seconds[ours.Count + other];
        double Ms(double[] samples, double share = 0.5) => Math.Round(1e3 * InterleavedRounds.Quantile(samples, share) / batch, 4);
        double Times(double[] others) =>
            Math.Round(InterleavedRounds.Median([.. others.Zip(seconds[i], (theirs, own) => theirs / own)]), 3);
        int float32 = ours.FindIndex(one => one.Keep == variant.Keep && one.Format == ProductFormat.Float32);
        int dense = ours.FindIndex(one => one.Keep == 1 && one.Format == variant.Format);
        double[] int8 = new[] { of(DynamicInt8), of(StaticInt8) }.MinBy(InterleavedRounds.Median)!;
        return new InferenceRow(
            model, batch, variant.Keep, variant.Format, variant.Kernels, Ms(seconds[i]), Ms(seconds[i], 0.1), Ms(seconds[i], 0.9),
            Ms(seconds[dense]), Ms(of(Fp32)), Ms(int8), Ms(of(DynamicInt8)), Ms(of(StaticInt8)), hasTorch ? Ms(of(Torch)) : null,
            Times(of(Fp32)), Times(int8), Times(seconds[dense]), Times(seconds[float32]),
            double.Round(ErrorOf(logits[float32], logits[i]), 8), variant.PeakBytes, variant.AllocatedBytes());
    }

    private static float[] LogitsOf(IMeasuredNetwork network, InferenceSubject subject, int batch)
    {
        subject.Subject.Calibration.ImagesAt(0, batch).CopyTo(network.Images);
        network.Run();
        return network.Logits.ToArray();
    }

    // A comparison of speed means nothing unless the dense networks compute the same.
    private static void CheckFp32(float[] ours, float[] theirs)
    {
        double error = ErrorOf(ours, theirs);
        if (error > AllowedError)
        {
            throw new InvalidOperationException($"ONNX Runtime's fp32 logits differ from ours by {error:g3} of the largest.");
        }
    }

    private static double ErrorOf(float[] expected, float[] found) =>
        expected.Zip(found, (a, b) => Math.Abs((double)a - b)).Max() / Math.Abs(TensorPrimitives.MaxMagnitude<float>(expected));
}
