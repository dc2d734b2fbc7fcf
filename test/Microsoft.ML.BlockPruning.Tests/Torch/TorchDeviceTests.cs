using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Calibration.Observers;
using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Pruning.Refit.Reconstruction;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Tests.FineTuning;
using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>That work on a device keeps its tensors there: sums and products by element of tensors of two devices fail.</summary>
/// <remarks>Matrix products do not: libtorch takes a matrix of the processor for one of the device without memory.</remarks>
[TestClass]
public sealed class TorchDeviceTests
{
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    public void Use_HoldsUntilItIsDisposed()
    {
        var meta = new MetaDevice();
        using (meta.Use())
        {
            Assert.AreSame(meta, TorchDevice.Current);
            using (TorchDevice.Cpu.Use())
            {
                Assert.IsTrue(TorchDevice.Current.IsCpu);
            }

            Assert.AreSame(meta, TorchDevice.Current);
        }

        Assert.AreSame(TorchDevice.Cpu, TorchDevice.Current);
    }

    [TestMethod]
    public void Put_OnTheProcessor_IsTheTensorItself()
    {
        using var scope = NewDisposeScope();
        LibTorch.EnsureLoaded();
        var made = tensor(new[] { 1f, 2f });

        Assert.AreSame(made, TorchDevice.Put(made));
        Assert.AreSame(made, TorchDevice.ToHost(made));
    }

    [TestMethod]
    public void CalibrationPass_OnADevice_MakesAllItsTensorsThere()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(isDistilled: true), seed: 3);
        var layers = PrunableLayer.Of(weights, new BlockShape(4, 4));
        foreach (var loss in new ICalibrationLoss?[] { null, new SquaredLogitLoss(), new ProjectionLoss() })
        {
            using var on = new MetaDevice().Use();
            using var scope = NewDisposeScope();
            var kept = new List<Func<Tensor>>();

            new CalibrationPass(weights, TinyNetwork.Calibration(weights.Config, 70), seed: 1, loss)
                .Run([.. layers.Select(layer => AllObservers(layer, kept))], () => { });

            Assert.HasCount(layers.Count * 9, kept);
            Assert.IsTrue(kept.All(tensor => tensor().device_type == DeviceType.META));
        }
    }

    [TestMethod]
    public void CalibrationPass_Statistics_AreOnTheDevice()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        using var on = new MetaDevice().Use();
        using var scope = NewDisposeScope();

        var statistics = new CalibrationPass(weights, TinyNetwork.Calibration(weights.Config, 5, labels: [0, 1, 2, 0, 1]), seed: 1)
            .Run(PrunableLayer.Of(weights, new BlockShape(4, 4)), () => { });

        Assert.IsTrue(statistics.SelectMany(layer => layer.Inputs.Append(layer.Gradients))
            .All(tensor => tensor.device_type == DeviceType.META));
    }

    [TestMethod]
    public void ResidualStreams_OnADevice_StayThere()
    {
        var weights = TinyNetwork.Weights(TinyNetwork.Config(), seed: 3);
        var calibration = TinyNetwork.Calibration(weights.Config, 70);
        using var on = new MetaDevice().Use();
        using var scope = NewDisposeScope();
        using var off = no_grad();
        using var dense = new TorchNetwork(weights);

        using var streams = CalibrationStreams.Before(dense, calibration);
        foreach (var step in dense.Layers[0].Steps)
        {
            streams.Advance(step, () => { });
        }

        _ = new StreamLoss(streams, TorchDevice.Put(ones(calibration.Count * weights.Spec.Tokens)));
        Assert.AreEqual(2, streams.BatchCount);
        Assert.AreEqual(DeviceType.META, dense.Classify(streams.BatchOf(1)).device_type);
    }

    /// <summary>The device's numbers read as ones, so those are the result; that they arrive says that no devices were mixed.</summary>
    [TestMethod]
    [DataRow(FineTunePrecision.Full)]
    [DataRow(FineTunePrecision.Mixed)]
    public void FineTuner_OnADevice_MixesNoDevices(FineTunePrecision precision)
    {
        var subject = new FineTuneSubject();
        var options = FineTuneSubject.Options();
        options.Precision = precision;
        var losses = new List<double>();
        using var on = new MetaDevice().Use();

        var tuned = subject.Run(options, step => losses.Add(step.Loss));

        Assert.HasCount(12, losses);
        Assert.IsTrue(tuned.Tensors.All(tensor => tensor.Values.All(value => value == 1)));
    }

    private static ILayerObserver[] AllObservers(PrunableLayer layer, List<Func<Tensor>> kept)
    {
        var gates = new GateMoments(layer);
        var all = new ImageGateGradients(layer, images: 70);
        var inputs = new InputCovariance(layer);
        var outputs = new GradientCovariance(layer);
        var inputEnergies = new InputEnergies(layer);
        var outputEnergies = new GradientEnergies(layer);
        var gradient = new WeightGradient(layer);
        var squares = new SquaredWeightGradients(layer);
        kept.AddRange(
        [
            gates.Mean, gates.MeanSquare, () => all.Values, inputs.Mean, outputs.Mean, inputEnergies.Mean, outputEnergies.Mean,
            gradient.Mean, squares.Mean,
        ]);
        return [gates, all, inputs, outputs, inputEnergies, outputEnergies, gradient, squares];
    }
}
