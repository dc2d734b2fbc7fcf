using System.Globalization;

namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>Why a recommendation of a sweep is not to be trusted without another look.</summary>
internal static class SweepWarnings
{
    private const int FewImages = 300;
    private const double HighKl = 0.1, LowAgreement = 0.9;

    /// <summary>The warnings, in a fixed order.</summary>
    /// <param name="taken">The trial whose model is the sweep's answer; null: there is none to warn of.</param>
    /// <param name="images">How many images it was judged on; null: not known.</param>
    public static IEnumerable<string> Of(TrialResult? taken, int? images)
    {
        if (taken is null)
        {
            yield break;
        }

        if (images < FewImages)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Warning: the recommendation rests on {images} validation images, too few to tell budgets apart: one image is "
                + $"{100.0 / images:0.##} points. Give some hundred at least.");
        }

        if (taken.Kl > HighKl)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Warning: the recommended network's KL to the dense one is {taken.Kl:0.000} nats, above {HighKl:0.0}: many of its answers "
                + $"are other ones, even where top-1 holds. Keep more.");
        }

        if (taken.Top1Agreement < LowAgreement)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"Warning: the recommended network gives the dense one's answer for {100 * taken.Top1Agreement:0.0} % of the validation "
                + $"images, below {100 * LowAgreement:0} %: answers changed both ways, even where top-1 holds. Keep more.");
        }
    }
}
