using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>One pass forward over some of the images for the moments that changes of basis go by.</summary>
/// <remarks>
/// It runs on one thread: directions of nearly equal strength turn with the last bit of a sum, and blocks with them, so no sum may depend
/// on how many threads there are. Spectra need few images: about 16,000 tokens, spread over the whole set.
/// </remarks>
/// <param name="network">Copied, not changed.</param>
/// <param name="calibration">The images.</param>
internal sealed class BasisPass(NetworkWeights network, CalibrationSet calibration)
{
    private const int Tokens = 16_384;
    private const int LeastImages = 64;
    private const int ProbeImages = 4;

    private readonly CalibrationSet _images = SampleOf(network.Spec, calibration);

    /// <summary>Batches that <see cref="Run"/> reports.</summary>
    public static int BatchesOf(NetworkSpec spec, CalibrationSet calibration) => calibration.BatchesOf(CountOf(spec, calibration));

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
        for (int batch = 0; batch < _images.BatchCount; batch++)
        {
            using (new TorchThreads(1))
            {
                using var batchScope = NewDisposeScope();
                var stream = module.Embed(_images.ImagesOf(batch));
                foreach (var (step, sum) in steps.Zip(sums))
                {
                    sum.Add(step, stream);
                    stream = step.Advance(stream);
                }

                foreach (var head in network.Spec.Heads)
                {
                    final.Add(Plain.Norm(Pooled(stream, head.Pooling), (head.Norm ?? network.Spec.Norm)?.Eps));
                }
            }

            onBatch();
        }

        var found = sums.Select(sum => sum.Mean()).ToList();
        var last = final.Mean();
        scope.MoveToOuter([last, .. found.SelectMany(step => step.Tensors)]);
        return (found, last);
    }

    private static Tensor Pooled(Tensor stream, PoolingSpec pooling) => pooling is TokenPooling token
        ? stream.narrow(1, token.Token, 1)
        : stream;

    private static int CountOf(NetworkSpec spec, CalibrationSet all) =>
        Math.Min(all.Count, Math.Max(LeastImages, Tokens / spec.PrunableLinears.Max(linear => linear.Tokens)));

    private static CalibrationSet SampleOf(NetworkSpec spec, CalibrationSet all)
    {
        int count = CountOf(spec, all);
        return all.Select([.. Enumerable.Range(0, count).Select(i => (int)((long)i * all.Count / count))], null);
    }
}
