using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>Times by hand: 10 images calibrate in 2 s, blocks are chosen in 5 s, a refit takes 1 s and 0.2 s an image.</summary>
[TestClass]
public sealed class SampledTimesTests
{
    private static readonly SampledTimes Times = new(Images: 10, Calibrating: 2, Choosing: 5, Refitting: 3) { Fewer = (5, 2) };

    [TestMethod]
    [DataRow(1, 10, 1, 0, 2 + 5 + 3.0)]
    [DataRow(1, 100, 1, 0, 20 + 5 + 1 + 20.0)]
    [DataRow(12, 100, 1, 0, 12 * 46.0)]
    [DataRow(12, 100, 3, 0, 36 * 46.0)]
    [DataRow(12, 100, 1, 2, (12 * 46.0) + (12 * 2 * 2 * 20))]
    public void Seconds_AreThoseOfAllLayersAndImages(double layers, int images, int shots, int epochs, double expected) =>
        Assert.AreEqual(expected, Times.SecondsOf(layers, images, shots, epochs), 1e-9);

    /// <summary>The sample is all there is: nothing is reckoned.</summary>
    [TestMethod]
    public void Refit_OfAllImagesIsTheMeasuredOne() =>
        Assert.AreEqual(4 * (2 + 5 + 3.0), (Times with { Fewer = null }).SecondsOf(4, 10, shots: 1, epochs: 0), 1e-9);

    /// <summary>Fewer images took longer than the whole, as on a busy machine.</summary>
    [TestMethod]
    public void Refit_OfANoisyClockHasNoPartBelowZero() =>
        Assert.AreEqual(20 + 5 + 3.0, (Times with { Fewer = (5, 9) }).SecondsOf(1, 100, shots: 1, epochs: 0), 1e-9);
}
