using Microsoft.ML.BlockPruning.Runs;

namespace Microsoft.ML.BlockPruning.Tests.Runs;

/// <summary>
/// Times by hand: the basis takes 4 s, 10 images calibrate in 2 s, blocks are chosen in 5 s, least squares take 1 s and 0.2 s an image,
/// the reconstruction 7 s.
/// </summary>
[TestClass]
public sealed class SampledTimesTests
{
    private static readonly SampledTimes Times =
        new(Images: 10) { Changing = 4, Calibrating = 2, Choosing = 5, Fitting = 3, Training = 7, Fewer = (5, 2) };

    [TestMethod]
    [DataRow(1, 10, 1, 0, 4 + 2 + 5 + 3 + 7.0)]
    [DataRow(1, 100, 1, 0, 4 + 20 + 5 + 1 + 20 + 7.0)]
    [DataRow(12, 100, 1, 0, 12 * 57.0)]
    [DataRow(12, 100, 3, 0, 12 * (4 + (3 * 53.0)))]
    [DataRow(12, 100, 1, 2, (12 * 57.0) + (12 * 2 * 2 * 20))]
    public void Seconds_AreThoseOfAllLayersAndImages(double layers, int images, int shots, int epochs, double expected) =>
        Assert.AreEqual(expected, Times.SecondsOf(new RunSize(layers, images, shots, epochs)), 1e-9);

    /// <summary>A hundred times the images: the basis looks at twice as many, the reconstruction does five times the work.</summary>
    [TestMethod]
    public void Seconds_OfWhatStopsGrowingDoNotFollowTheImages() => Assert.AreEqual(
        (2 * 4) + 200 + 5 + 1 + 200 + (5 * 7.0),
        Times.SecondsOf(new RunSize(1, 1_000, Shots: 1, Epochs: 0) { ChangingTimes = 2, TrainingTimes = 5 }), 1e-9);

    /// <summary>The sample is all there is: nothing is reckoned.</summary>
    [TestMethod]
    public void Refit_OfAllImagesIsTheMeasuredOne() => Assert.AreEqual(
        4 * (4 + 2 + 5 + 3 + 7.0), (Times with { Fewer = null }).SecondsOf(new RunSize(4, 10, Shots: 1, Epochs: 0)), 1e-9);

    /// <summary>Fewer images took longer than the whole, as on a busy machine.</summary>
    [TestMethod]
    public void Refit_OfANoisyClockHasNoPartBelowZero() => Assert.AreEqual(
        4 + 20 + 5 + 3 + 7.0, (Times with { Fewer = (5, 9) }).SecondsOf(new RunSize(1, 100, Shots: 1, Epochs: 0)), 1e-9);
}
