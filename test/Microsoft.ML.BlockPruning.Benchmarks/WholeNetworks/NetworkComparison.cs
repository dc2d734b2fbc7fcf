using System.Numerics.Tensors;
using Microsoft.ML.BlockPruning.Benchmarks.Onnx;
using Microsoft.ML.BlockPruning.Benchmarks.Timing;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>Times whole forward passes, ours beside ONNX Runtime and libtorch, in one process and in turn.</summary>
internal sealed class NetworkComparison(InterleavedRounds rounds, int threads)
{
    // Of the largest logit: what fp32 in another order of summation may differ by after a whole network.
    private const double AllowedError = 1e-4;

    /// <param name="subject">The network.</param>
    /// <param name="batch">Images of a run.</param>
    /// <exception cref="InvalidOperationException">The dense networks do not compute the same.</exception>
    public IReadOnlyList<NetworkRow> Measure(NetworkSubject subject, int batch)
    {
        MeasuredVariant[] variants = [.. VariantsOf(subject, batch)];
        try
        {
            double?[] errors = Errors(subject, batch, variants);
            double[][] seconds = rounds.Samples([.. variants.Select(variant => (Action)variant.Network.Run)]);
            double[] fp32 = seconds[Array.FindIndex(variants, variant => variant.Variant == NetworkVariant.OnnxRuntimeFp32)];
            double[] int8 = seconds[Array.FindIndex(variants, variant => variant.Variant == NetworkVariant.OnnxRuntimeInt8)];
            double Milliseconds(int i, double share) => Math.Round(1e3 * InterleavedRounds.Quantile(seconds[i], share) / batch, 4);
            double Times(double[] other, int i) =>
                Math.Round(InterleavedRounds.Median([.. other.Zip(seconds[i], (theirs, ours) => theirs / ours)]), 3);
            return [.. variants.Select((variant, i) => new NetworkRow(
                subject.Name, variant.Variant, Math.Round(variant.Keep, 3), Math.Round(variant.Sparsity, 3), variant.Block, batch,
                Milliseconds(i, 0.5), Milliseconds(i, 0.1), Milliseconds(i, 0.9), Times(fp32, i), Times(int8, i), variant.Bytes,
                errors[i] is { } error ? double.Round(error, 8) : null, variant.Top1(subject.Images, batch),
                subject.Images.Labels?.Length))];
        }
        finally
        {
            Array.ForEach(variants, variant => variant.Dispose());
        }
    }

    private IEnumerable<MeasuredVariant> VariantsOf(NetworkSubject subject, int batch)
    {
        var dense = NetworkSubject.Sparse(subject.Weights, new SparsityPlan());
        yield return Ours(NetworkVariant.OursDense, dense, batch);
        foreach (var pruned in subject.Pruned)
        {
            yield return Ours(NetworkVariant.OursPruned, pruned, batch) with { Pruned = pruned };
        }

        var fp32 = new OnnxRuntimeNetwork(dense, graph => new FusedLayers(graph), batch, threads);
        yield return new MeasuredVariant(NetworkVariant.OnnxRuntimeFp32, fp32, fp32.ModelBytes);
        var int8 = new OnnxRuntimeNetwork(dense, graph => new DynamicInt8Layers(graph), batch, threads);
        yield return new MeasuredVariant(NetworkVariant.OnnxRuntimeInt8, int8, int8.ModelBytes);
        yield return new MeasuredVariant(NetworkVariant.TorchFp32, new LibTorchNetwork(subject.Weights, batch), Bytes: null);
    }

    private MeasuredVariant Ours(NetworkVariant variant, SparseViT network, int batch)
    {
        using var file = new MemoryStream();
        network.Save(file);
        return new MeasuredVariant(variant, new SparseNetwork(network, batch, threads), file.Length);
    }

    // A comparison of speed means nothing unless all compute the same; it also leaves the same images in place for the timing.
    private static double?[] Errors(NetworkSubject subject, int batch, MeasuredVariant[] variants)
    {
        float[] dense = variants[0].LogitsOf(subject.Images, batch);
        double largest = Math.Abs(TensorPrimitives.MaxMagnitude<float>(dense));
        return [.. variants.Select(double? (variant) =>
        {
            float[] logits = variant.LogitsOf(subject.Images, batch);
            if (variant.Pruned is not null)
            {
                return null;
            }

            double error = dense.Zip(logits, (a, b) => Math.Abs((double)a - b)).Max() / largest;
            return variant.Variant == NetworkVariant.OnnxRuntimeInt8 || error <= AllowedError
                ? error
                : throw new InvalidOperationException(
                    $"{subject.Name}, batch {batch}: the logits of {variant.Variant} differ from ours by {error:g3} of the largest.");
        })];
    }
}
