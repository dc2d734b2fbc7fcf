using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>One pass forward over some of the images for the moments that changes of basis go by.</summary>
/// <remarks>
/// Directions of nearly equal strength turn with the last bit of a sum, and blocks with them, so no sum may depend on how many threads
/// there are: each batch runs on one thread of libtorch's, and as many batches at once as it may have threads, four at most, since each
/// holds a batch's activations. Spectra need few images: about 16,000 tokens, spread over the whole set.
/// </remarks>
/// <param name="network">Copied, not changed.</param>
/// <param name="calibration">The images.</param>
internal sealed class BasisPass(NetworkWeights network, CalibrationSet calibration)
{
    private const int Tokens = 16_384;
    private const int LeastImages = 64;
    private const int ProbeImages = 2;
    private const int MostWorkers = 4;

    private readonly CalibrationSet _images = SampleOf(network.Spec, calibration);

    /// <summary>Batches that <see cref="Run"/> reports.</summary>
    public static int BatchesOf(NetworkSpec spec, CalibrationSet calibration) => calibration.BatchesOf(ImagesOf(spec, calibration.Count));

    /// <summary>Images that it looks at, of so many.</summary>
    public static int ImagesOf(NetworkSpec spec, int images) =>
        Math.Min(images, Math.Max(LeastImages, Tokens / spec.PrunableLinears.Max(linear => linear.Tokens)));

    /// <summary>A few images of the sample, to compare networks on.</summary>
    public CalibrationSet Probe => _images.Select([.. Enumerable.Range(0, Math.Min(ProbeImages, _images.Count))], null);

    /// <summary>Gathers.</summary>
    /// <param name="onBatch">Called after each batch; it may throw to cancel.</param>
    /// <returns>The moments, of every step in forward order, and of what the heads read; they belong to the open dispose scope.</returns>
    public (IList<StepMoments> Steps, Tensor Final) Run(Action onBatch)
    {
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var module = new TorchNetwork(network);
        var steps = module.Steps.ToList();
        var sums = network.Spec.Steps.Select(step => new StepSums(step, network)).ToList();
        var final = new SecondMoment(network.Spec.FinalFeatures);
        var pipeline = new BatchPipeline(_images.BatchCount, steps.Count + 1);
        int workers = Math.Clamp(get_num_threads(), 1, Math.Min(MostWorkers, _images.BatchCount));
        pipeline.Run(workers, () => new TorchThreads(1), Forward, onBatch);

        var found = sums.Select(sum => sum.Mean()).ToList();
        var last = final.Mean();
        scope.MoveToOuter([last, .. found.SelectMany(step => step.Tensors)]);
        return (found, last);

        void Forward(int batch)
        {
            using var offHere = no_grad(); // scopes and gradients belong to a thread
            using var batchScope = NewDisposeScope();
            var stream = module.Embed(_images.ImagesOf(batch));
            for (int step = 0; step < steps.Count; step++)
            {
                if (!pipeline.Pass(batch, step, () => stream = sums[step].Advance(steps[step], stream)))
                {
                    return;
                }
            }

            pipeline.Pass(batch, steps.Count, () => AddFinal(final, stream));
        }
    }

    private void AddFinal(SecondMoment final, Tensor stream)
    {
        using var scope = NewDisposeScope();
        foreach (var head in network.Spec.Heads)
        {
            final.Add(Plain.Norm(Pooled(stream, head.Pooling), (head.Norm ?? network.Spec.Norm)?.Eps));
        }
    }

    private static Tensor Pooled(Tensor stream, PoolingSpec pooling) => pooling is TokenPooling token
        ? stream.narrow(1, token.Token, 1)
        : stream;

    private static CalibrationSet SampleOf(NetworkSpec spec, CalibrationSet all)
    {
        int count = ImagesOf(spec, all.Count);
        return all.Select([.. Enumerable.Range(0, count).Select(i => (int)((long)i * all.Count / count))], null);
    }
}
