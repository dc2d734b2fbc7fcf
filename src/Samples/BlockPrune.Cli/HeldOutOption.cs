using System.CommandLine;

namespace BlockPrune.Cli;

/// <summary>The option that sets calibration images aside, to compare the pruned network with the dense one on.</summary>
internal sealed class HeldOutOption
{
    private const double Usual = 0.1;

    public Option<double> Option { get; } = CommonOptions.One(
        "--held-out", "Fraction of the calibration images that only the comparison with the dense network sees; 0: none", Usual,
        CommonOptions.ReadHeldOut);

    /// <summary>The fraction; where nobody gave one and it makes no whole image, none, and that is said.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="images">Calibration images.</param>
    /// <param name="output">Takes the line.</param>
    public double Of(ParseResult parsed, int images, CliOutput output)
    {
        double fraction = parsed.GetValue(Option);
        if (parsed.GetResult(Option) is { Implicit: false } || Math.Round(fraction * images) >= 1)
        {
            return fraction;
        }

        output.Error.WriteLine(
            $"No image is held out of {images} that calibrate, so the pruned network is not compared with the dense one: "
            + "give more images, or --held-out 0.5.");
        return 0;
    }
}
