using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Tests.Torch;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Optimization;

[TestClass]
public sealed class MixedPrecisionLayerTests
{
    // bfloat16 keeps eight bits: each rounding is off by 2⁻⁹ at most, and some ten of them follow each other in a branch.
    private const double Rounding = 10.0 / 512;
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(FineTunePrecision.Full, 1e-6)]
    [DataRow(FineTunePrecision.Mixed, Rounding)]
    public void Forward_IsTheLayerWithinItsRounding(FineTunePrecision precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(TinyNetwork.Weights(TinyNetwork.Config(), seed: 3));
        var stream = Stream(network);
        using var layer = new MixedPrecisionLayer(network.Layers[0], precision);

        var expected = network.Layers[0].Forward(stream);
        var actual = layer.Forward(stream);

        Assert.IsLessThanOrEqualTo(tolerance * Largest(expected.sub(stream)), Largest(actual.sub(expected)));
    }

    [TestMethod]
    [DataRow(FineTunePrecision.Full, 1e-5)]
    [DataRow(FineTunePrecision.Mixed, 3 * Rounding)]
    public void MoveGradients_GivesTheMasterWhatAutogradGivesInFloat32(FineTunePrecision precision, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(TinyNetwork.Weights(TinyNetwork.Config(), seed: 3));
        var stream = Stream(network);
        var master = network.Layers[0];
        var expected = autograd.grad([Loss(master.Forward(stream))], master.Parameters.ToArray());
        using var layer = new MixedPrecisionLayer(master, precision);

        Loss(layer.Forward(stream)).backward();
        layer.MoveGradients();

        foreach (var (parameter, gradient) in master.Parameters.Zip(expected))
        {
            Assert.IsLessThanOrEqualTo(tolerance * Largest(gradient) + 1e-6, Largest(parameter.grad!.sub(gradient)));
            parameter.grad = null;
        }
    }

    [TestMethod]
    public void Refresh_TakesTheMastersNewWeights()
    {
        using var scope = NewDisposeScope();
        using var network = new TorchNetwork(TinyNetwork.Weights(TinyNetwork.Config(), seed: 3));
        var stream = Stream(network);
        var master = network.Layers[0];
        using var layer = new MixedPrecisionLayer(master, FineTunePrecision.Full);
        using (no_grad())
        {
            master.Steps[1].Linears[1].bias!.copy_(ones(master.Steps[1].Linears[1].bias!.shape));
        }

        Assert.AreNotEqual(0, Largest(layer.Forward(stream).sub(master.Forward(stream))));
        layer.Refresh();
        Assert.IsLessThanOrEqualTo(1e-5, Largest(layer.Forward(stream).sub(master.Forward(stream))));
    }

    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    public void AreFast_SaysWhatTheKernelSays()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            Assert.IsFalse(BFloat16Products.AreFast);
            return;
        }

        string flags = Line("flags") + " ";
        bool isIntel = Line("vendor_id").EndsWith("GenuineIntel", StringComparison.Ordinal);

        bool expected = flags.Contains(" amx_bf16 ", StringComparison.Ordinal)
            || (!isIntel && flags.Contains(" avx512_bf16 ", StringComparison.Ordinal));
        Assert.AreEqual(expected, BFloat16Products.AreFast);
    }

    private static string Line(string name) =>
        File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith(name, StringComparison.Ordinal));

    private static Tensor Stream(TorchNetwork network)
    {
        using var generator = new Generator(2, CPU);
        return randn(4, network.Spec.Tokens, network.Spec.Norm!.Features, generator: generator);
    }

    private static Tensor Loss(Tensor output) => output.mul(output).sum();

    private static double Largest(Tensor x) => x.detach().abs().max().item<float>();
}
