using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Inference.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>A random pruned network that goes through the kernels of one block shape, one type and one head width.</summary>
internal sealed record AgreementCase(NetworkSpec Network, BlockShape Block, NumberFormat Element)
{
    private const int Images = 3;
    private const int Seed = 1;

    // Stored roundings u of the type move a logit here by 2 u of the largest (seen on the interpreter); a wrong index moves it by half.
    private const double RoundingsOfLargest = 16;
    private const double Float32Bound = 2e-5;

    /// <summary>How the report calls it.</summary>
    public string Name => $"linear {Block}, head width {HeadWidth}, {Network.Tokens} tokens, {Network.Family}";

    private int HeadWidth => Network.Steps.OfType<BranchSpec>().Select(branch => branch.Middle).OfType<AttentionSpec>().First().HeadDim;

    private double Bound => Element switch
    {
        NumberFormat.Float16 => RoundingsOfLargest * Math.ScaleB(1, -11),
        NumberFormat.BFloat16 => RoundingsOfLargest * Math.ScaleB(1, -8),
        _ => Float32Bound,
    };

    /// <summary>Scores the same images on the GPU, call by call and as a graph, and on the CPU.</summary>
    public GpuAgreement Check(ICudaDriver driver, CudaDevice gpu)
    {
        var network = CreateNetwork();
        float[] images = Numbers(new Random(Seed), Images * Network.ImageDim, size: 2);
        float[] expected = new float[Images * Network.NumClasses];
        float[] first = new float[expected.Length];
        float[] second = new float[expected.Length];
        using (var session = new SparseViTSession(network, Environment.ProcessorCount))
        {
            session.Score(images, Images, expected);
        }

        try
        {
            using var session = new CudaSession(network, driver, gpu, Element);
            session.Score(images, Images, first);
            session.Score(images, Images, second);
        }
        catch (InvalidOperationException error)
        {
            return new GpuAgreement(Name, Element, Bound, Error: double.NaN, error.Message);
        }

        double worst = Math.Max(Distance(expected, first), Distance(expected, second));
        return new GpuAgreement(Name, Element, Bound, worst / expected.Max(Math.Abs), Failure: null);
    }

    /// <summary>The largest difference; NaN where one is NaN.</summary>
    private static double Distance(float[] expected, float[] found) =>
        expected.Zip(found, (a, b) => (double)Math.Abs(a - b)).Aggregate(0.0, Math.Max);

    private static float[] Numbers(Random random, int count, double size) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)(size * ((2 * random.NextDouble()) - 1)))];

    /// <summary>Weights of about the size that keeps each layer's output near one; half of the blocks are removed.</summary>
    private SparseViT CreateNetwork()
    {
        var random = new Random(Seed);
        var weights = new NetworkWeights(Network);
        foreach (var tensor in weights.Tensors)
        {
            bool isNormScale = tensor.Name.Contains("norm", StringComparison.Ordinal)
                && tensor.Name.EndsWith("weight", StringComparison.Ordinal);
            double fanIn = tensor.Shape.Count == 1 ? 30 : tensor.Values.Length / (double)tensor.Shape[0];
            float[] values = Numbers(random, tensor.Values.Length, Math.Sqrt(3 / fanIn));
            for (int i = 0; i < values.Length; i++)
            {
                tensor.Values[i] = values[i] + (isNormScale ? 1 : 0);
            }
        }

        var plan = new SparsityPlan();
        foreach (var layer in weights.PrunableLayers)
        {
            plan.Add(layer.Name, RandomMask.Of(layer.OutFeatures, layer.InFeatures, Block, keep: 0.5));
        }

        return SparseViT.Create(
            weights, plan, ImagePreprocessing.ImageNet(Network.ImageSize, Network.Channels),
            [.. Enumerable.Range(0, Network.NumClasses).Select(label => $"class {label}")]);
    }
}
