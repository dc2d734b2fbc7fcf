using System.CommandLine;
using System.Globalization;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Sparsity;

namespace BlockPrune.Cli;

/// <summary>How a network is pruned besides its budget, block, criterion and refit: the same for <c>prune</c> and <c>sweep</c>.</summary>
internal sealed class MethodOptions
{
    private readonly Option<PruneAllocation> _allocation = CommonOptions.Choice(
        "--allocation", $"How the budget is spread over the layers: {string.Join(", ", CommonOptions.NamesOf<PruneAllocation>())}",
        PruneAllocation.Global);

    private readonly Option<PruneBasis> _basis = CommonOptions.Choice(
        "--basis", "The basis that blocks are chosen in, in which the network computes the same: "
        + string.Join(", ", CommonOptions.NamesOf<PruneBasis>()), PruneBasis.Full);

    private readonly Option<int> _shots = CommonOptions.One(
        "--shots", "Shots in which the budget is reached; each takes as long as the first", 1, CommonOptions.ReadPositive);

    private readonly Option<double> _floor = CommonOptions.One(
        "--layer-floor", "Fraction of its blocks that every layer keeps at least", 0.0, ReadFraction);

    private readonly Option<(string Layer, double Value)[]> _floors = CommonOptions.List(
        "--layer-floors", "Floors of single layers, such as blocks.0.attn.qkv=0.5", [], text => OfLayer(text, ReadFraction));

    private readonly Option<(string Layer, BlockShape Value)[]> _blocks = CommonOptions.List(
        "--layer-blocks", "Blocks of single layers, such as blocks.0.mlp.fc1=32x16", [], text => OfLayer(text, CommonOptions.ReadBlock));

    private readonly Option<string[]> _dense = CommonOptions.List<string>(
        "--keep-dense", "Layers that lose no block, such as blocks.0.attn.qkv", [], text => text);

    private readonly Option<CalibrationLabels> _labels = CommonOptions.Choice(
        "--calibration-labels", "Classes of the calibration images: sampled from the network's own answers, or column: the images'",
        CalibrationLabels.Sampled);

    private readonly Option<NumberFormat> _format = CommonOptions.WeightFormat();

    private readonly Option<ScoringFormat?> _products = CommonOptions.One<ScoringFormat?>(
        "--format", "Numbers that the processor multiplies in: float32 (the usual ones), bfloat16, int8, or auto:KL, such as auto:0.0003: "
        + "int8 where that budget of KL divergence from float32 allows it", null, ReadProducts);

    private readonly Option<ScoringDevice?> _device = CommonOptions.One<ScoringDevice?>(
        "--training-device", "What calibrates and trains: cpu, auto, cuda or cuda:1; a GPU takes a build for CUDA", null, ReadDevice);

    /// <summary>Gives a verb the options.</summary>
    public void AddTo(Command verb)
    {
        Option[] options = [_allocation, _basis, _shots, _floor, _floors, _blocks, _dense, _labels, _format, _products, _device];
        foreach (var option in options)
        {
            option.HelpName ??= "VALUE";
            verb.Add(option);
        }
    }

    /// <summary>The calibration images that the method reads: with their classes where it goes by them.</summary>
    public ImageUse CalibrationOf(ParseResult parsed) =>
        parsed.GetValue(_labels) == CalibrationLabels.Column ? ImageUse.Calibration : ImageUse.AnyCalibration;

    /// <summary>Tells the options of an estimator.</summary>
    /// <exception cref="OptionsException">A layer is named twice.</exception>
    public void Apply(ParseResult parsed, BlockPruneEstimator.Options options)
    {
        options.Allocation = parsed.GetValue(_allocation);
        options.Basis = parsed.GetValue(_basis);
        options.Shots = parsed.GetValue(_shots);
        options.LayerFloor = parsed.GetValue(_floor);
        options.LayerFloors = ByLayer(parsed.GetValue(_floors), _floors.Name);
        options.LayerBlocks = ByLayer(parsed.GetValue(_blocks), _blocks.Name);
        options.LayersToKeepDense = parsed.GetValue(_dense) is { Length: > 0 } dense ? dense : null;
        options.CalibrationLabels = parsed.GetValue(_labels);
        options.WeightFormat = parsed.GetValue(_format);
        options.Format = parsed.GetValue(_products) ?? ScoringFormat.Float32;
        options.TrainingDevice = parsed.GetValue(_device);
    }

    private static Dictionary<string, T>? ByLayer<T>((string Layer, T Value)[]? values, string option)
    {
        if (values is null or [])
        {
            return null;
        }

        var twice = values.GroupBy(one => one.Layer, StringComparer.Ordinal).FirstOrDefault(same => same.Count() > 1);
        return twice is null
            ? values.ToDictionary(one => one.Layer, one => one.Value, StringComparer.Ordinal)
            : throw new OptionsException($"{option} names the layer {twice.Key} twice: give it one value.");
    }

    private static (string Layer, T Value) OfLayer<T>(string text, Func<string, T> read) =>
        text.Split('=') is [{ Length: > 0 } layer, var value]
            ? (layer, read(value))
            : throw new FormatException($"'{text}' is not LAYER=VALUE, such as blocks.0.attn.qkv=0.5.");

    private static double ReadFraction(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction) && fraction is >= 0 and <= 1
            ? fraction
            : throw new FormatException($"{text} is not in [0, 1]; it is a fraction of a layer's blocks.");

    private static ScoringFormat ReadProducts(string text) => text.ToLowerInvariant().Split(':') switch
    {
        ["float32"] => ScoringFormat.Float32,
        ["bfloat16"] => ScoringFormat.BFloat16,
        ["int8"] => ScoringFormat.Int8,
        ["auto", var kl] when double.TryParse(kl, NumberStyles.Float, CultureInfo.InvariantCulture, out double budget)
            && budget > 0 && double.IsFinite(budget) => ScoringFormat.Auto(budget),
        _ => throw new FormatException($"'{text}' is no format; choose float32, bfloat16, int8 or auto:KL, such as auto:0.0003."),
    };

    private static ScoringDevice ReadDevice(string text) => text.ToLowerInvariant().Split(':') switch
    {
        ["cpu"] => ScoringDevice.Cpu,
        ["auto"] => ScoringDevice.Auto,
        ["cuda"] => ScoringDevice.Cuda(0),
        ["cuda", var index] => ScoringDevice.Cuda(CommonOptions.ReadCount(index)),
        _ => throw new FormatException($"'{text}' is none of cpu, auto, cuda and cuda:1."),
    };
}
