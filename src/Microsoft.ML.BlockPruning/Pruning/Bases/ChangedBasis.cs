using System.Globalization;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Pruning.Bases;

/// <summary>A basis made by several changes, one after the other.</summary>
/// <param name="changes">In the order in which they are applied.</param>
/// <remarks>
/// The moments are those of the network as it came. What comes out has to give the logits of what went in: if it does not, as where weights
/// are so far apart in size that float32 cannot hold them in another basis, the network stays as it is and a note says so. So it does where
/// all images are the same: what is weak on one image is not on others, and blocks would be chosen by it.
/// </remarks>
internal sealed class ChangedBasis(IReadOnlyList<IBasisChange> changes) : INetworkBasis
{
    /// <summary>The largest difference between logits that is rounding, as a share of the largest logit.</summary>
    public const double Tolerance = 1e-5;

    private const string Changed = "The weights are in another basis than the file's, in which what is weak lies together; the network "
        + "computes the same.";

    private const string OneImage = "The network was pruned in the basis it came in: all calibration images are the same, so what is weak "
        + "on them may not be on others.";

    public int StepsOf(NetworkWeights dense, CalibrationSet calibration) =>
        calibration.IsOneImage ? 0 : BasisPass.BatchesOf(dense.Spec, calibration) + 1;

    public RebasedNetwork Change(
        NetworkWeights dense, CalibrationSet calibration, IReadOnlyList<PrunableLayer> layers, Action onStep)
    {
        if (calibration.IsOneImage)
        {
            return new RebasedNetwork(dense, [OneImage]);
        }

        LibTorch.EnsureLoaded();
        using var part = PruneActivity.Start(PrunePart.Basis);
        using var processor = TorchDevice.Cpu.Use(); // float64, and the same directions wherever calibration runs
        using var scope = NewDisposeScope();
        using var off = no_grad();
        var pass = new BasisPass(dense, calibration);
        var (steps, final) = pass.Run(onStep);
        if (!steps.SelectMany(step => step.Tensors).Append(final).All(moment => TorchDevice.Current.AreFinite(moment)))
        {
            // The pass over the images that follows names the layer.
            onStep();
            return new RebasedNetwork(dense, []);
        }

        var task = new BasisTask(layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal), steps, final);
        FreedMemory.GiveBack(); // each of these holds copies in float64
        var weights = Rewrite(dense, task);
        FreedMemory.GiveBack();
        double deviation = Deviation(dense, weights, pass.Probe);
        onStep();
        return deviation <= Tolerance
            ? new RebasedNetwork(weights, NotesOf(task))
            : new RebasedNetwork(dense, [string.Create(
                CultureInfo.InvariantCulture,
                $"The network was pruned in the basis it came in: in another one its logits moved by {deviation:G2} of the largest, "
                + $"more than {Tolerance:G1}.")]);
    }

    // On one thread, for the same bits on any machine.
    private NetworkWeights Rewrite(NetworkWeights dense, BasisTask task)
    {
        using var threads = new TorchThreads(1);
        using var scope = NewDisposeScope();
        var network = new BasisNetwork(dense, scope);
        foreach (var change in changes)
        {
            change.Apply(network, task);
        }

        return network.ToWeights();
    }

    private static IReadOnlyList<string> NotesOf(BasisTask task) => task.Left.Count == 0
        ? [Changed]
        : [Changed, $"Left in the basis they came in: {string.Join("; ", task.Left)}."];

    // Largest difference of a logit over the largest logit, all but the weights in float64; infinite where one is not finite.
    private static double Deviation(NetworkWeights dense, NetworkWeights changed, CalibrationSet images)
    {
        using var scope = NewDisposeScope();
        var batch = images.ImagesOf(0).to(float64);
        var expected = LogitsOf(dense, batch);
        FreedMemory.GiveBack();
        var found = LogitsOf(changed, batch);
        double difference = TorchDevice.ReadOne<double>(expected.sub(found).abs().max());
        double largest = TorchDevice.ReadOne<double>(expected.abs().max());
        return double.IsFinite(difference) ? difference / Math.Max(largest, double.Epsilon) : double.PositiveInfinity;
    }

    private static Tensor LogitsOf(NetworkWeights weights, Tensor images)
    {
        using var network = new TorchNetwork(weights);
        network.To(float64);
        return network.Forward(images);
    }
}
