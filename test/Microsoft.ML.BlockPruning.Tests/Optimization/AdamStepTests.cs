using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Tests.FineTuning;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Optimization;

[TestClass]
public sealed class AdamStepTests
{
    private const int Count = 37; // the last vector of every width is cut off
    private const int Steps = 5;
    private const float Decay = 0.999f;

    private readonly float[] _start;
    private readonly float[] _gradient;

    private TensorLeakGuard _guard = null!;

    public AdamStepTests()
    {
        var random = new Random(5);
        _gradient = Draw();
        _start = Draw();

        float[] Draw() => [.. Enumerable.Range(0, Count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(false)]
    [DataRow(true)]
    public void Run_IsTheFormulaWithinTheRoundingsOfItsOperations(bool byOperations)
    {
        using var scope = NewDisposeScope();
        LibTorch.EnsureLoaded();
        using var off = no_grad();
        var entry = Entry();
        Rounded[] weights = [.. _start.Select(value => (Rounded)value)];
        var first = new Rounded[Count];
        var second = new Rounded[Count];
        for (int step = 1; step <= Steps; step++)
        {
            var (scale, rate) = ScaleAndRate(step);
            var adam = new AdamStep(0.7, 0.9, 0.999, scale, 1e-8, rate);
            if (byOperations)
            {
                adam.RunByOperations(entry, Decay);
            }
            else
            {
                adam.Run(entry, Decay);
            }

            for (int i = 0; i < Count; i++)
            {
                Rounded g = (Rounded)_gradient[i] * 0.7f;
                first[i] = (first[i] * 0.9f) + (g * (float)(1 - 0.9));
                second[i] = (second[i] * 0.999f) + (g * g * (float)(1 - 0.999));
                Rounded divisor = (Rounded.FaithfulRoot(second[i]) * (float)scale) + 1e-8f;
                weights[i] = (weights[i] * Decay) + (first[i] / divisor * (float)-rate);
            }
        }

        AssertHold(weights, entry.Parameter, "weight");
        AssertHold(first, entry.First, "first moment");
        AssertHold(second, entry.Second, "second moment");
    }

    /// <summary>In our own pass every operation is one of IEEE 754, so that each processor's vectors give the bits of plain C#.</summary>
    [TestMethod]
    public void Run_RoundsEveryOperationByItself()
    {
        using var scope = NewDisposeScope();
        LibTorch.EnsureLoaded();
        using var off = no_grad();
        var entry = Entry();
        float[] weights = [.. _start], first = new float[Count], second = new float[Count];
        for (int step = 1; step <= Steps; step++)
        {
            var (scale, rate) = ScaleAndRate(step);
            new AdamStep(0.7, 0.9, 0.999, scale, 1e-8, rate).Run(entry, Decay);
            for (int i = 0; i < Count; i++)
            {
                float g = _gradient[i] * 0.7f;
                first[i] = (first[i] * 0.9f) + (g * (float)(1 - 0.9));
                second[i] = (second[i] * 0.999f) + (g * g * (float)(1 - 0.999));
                weights[i] = (weights[i] * Decay) + (first[i] / ((MathF.Sqrt(second[i]) * (float)scale) + 1e-8f) * (float)-rate);
            }
        }

        CollectionAssert.AreEqual(weights, TorchDevice.Read<float>(entry.Parameter));
        CollectionAssert.AreEqual(first, TorchDevice.Read<float>(entry.First));
        CollectionAssert.AreEqual(second, TorchDevice.Read<float>(entry.Second));
    }

    // Loshchilov and Hutter's algorithm 2: both moments are divided by what they lack after so few steps.
    private static (double Scale, double Rate) ScaleAndRate(int step) =>
        (1 / Math.Sqrt(1 - Math.Pow(0.999, step)), 0.01 / (1 - Math.Pow(0.9, step)));

    private static void AssertHold(Rounded[] expected, Tensor tensor, string what)
    {
        float[] found = TorchDevice.Read<float>(tensor);
        for (int i = 0; i < Count; i++)
        {
            expected[i].AssertHolds(found[i], $"{what} {i}");
        }
    }

    private AdamMoments Entry()
    {
        Parameter parameter = nn.Parameter(tensor(_start));
        parameter.grad = tensor(_gradient);
        return new AdamMoments("w", parameter, zeros(Count), zeros(Count));
    }
}
