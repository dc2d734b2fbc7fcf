using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using FashionMnist;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Sparsity;

namespace BlockPrune.Cli;

/// <summary>The options that several verbs share.</summary>
internal sealed class CommonOptions
{
    public static string CriterionDescription => $"What rates the blocks: {string.Join(", ", NamesOf<PruneCriterion>())}";

    public static string RefitDescription =>
        $"How the kept weights make up for the others: {string.Join(", ", NamesOf<PruneRefit>())}";

    public Option<string?> Model { get; } = new("--model")
    {
        Description = "The dense network: a checkpoint's file (.safetensors, .pth, .bin, .ckpt, an index of shards) or folder",
        HelpName = "PATH",
    };

    public ImageOptions Images { get; } = new();

    public Option<int?> NumHeads { get; } = Optional("--num-heads", "The network's attention heads per layer, where no file tells them");

    public Option<int?> ImageSize { get; } = Optional(
        "--image-size", "Width and height of the network's images in pixels, where they are not its preprocessing's");

    public Option<bool> Bundled { get; } = new("--bundled")
    {
        Description = "The bundled network and Fashion-MNIST images, where --model or --images is not given",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Answers in JSON, one object, for programs" };

    /// <summary>In place of <see cref="Json"/> for a verb that answers piece by piece.</summary>
    public Option<bool> JsonLines { get; } = new("--json") { Description = "Answers in JSON Lines, an object a line, for programs" };

    public Option<bool> ApplyOrientation { get; } = new("--apply-orientation")
    {
        Description = "Turns image files as their EXIF orientation says, now and wherever the model is used (timm does not)",
    };

    public Option<ClassNameOrder> ClassOrder { get; } = Choice(
        "--class-order",
        "How the network was trained, where its config.json names no class: natural (timm) or ordinal (torchvision's ImageFolder)",
        ClassNameOrder.Unspecified);

    public Option<int> Seed { get; } = One("--seed", "Seeds the pruning", 1, ReadInteger);

    /// <summary>An option that takes values separated by commas.</summary>
    public static Option<T[]> List<T>(string name, string description, T[] defaults, Func<string, T> read) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => defaults,
        CustomParser = result => ReadAll(result, name, text => text.Split(','), read),
    };

    /// <summary>An option that takes one value of a kind that needs reading.</summary>
    public static Option<T> One<T>(string name, string description, T value, Func<string, T> read) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result => ReadAll(result, name, text => [text], read) is [.., var last] ? last : value,
    };

    private static Option<int?> Optional(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ReadAll(result, name, text => [text], ReadPositive) is [.., var last] ? last : null,
    };

    /// <summary>An option that takes a value of an enum; a shell completes it.</summary>
    public static Option<T> Choice<T>(string name, string description, T value)
        where T : struct, Enum
    {
        var option = One(name, description, value, ReadChoice<T>);
        option.HelpName = "NAME"; // else help would list C#'s names and ours, on one line
        option.CompletionSources.Clear();
        option.CompletionSources.Add(NamesOf<T>());
        return option;
    }

    public static Option<NumberFormat> WeightFormat()
    {
        var option = One(
            "--weight-format",
            "How the weights are stored: float32, or half the bytes in bfloat16 (8 bits of precision) or float16 (11, up to 65504)",
            NumberFormat.Float32, ReadFormat);
        option.HelpName = "NAME";
        option.CompletionSources.Clear();
        option.CompletionSources.Add(FormatNames);
        return option;
    }

    /// <summary>The values of an enum as a command line writes them.</summary>
    public static string[] NamesOf<T>()
        where T : struct, Enum => [.. Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)];

    /// <summary>A choice of an enum by its name, in any case; hyphens may stand between its words.</summary>
    public static T ReadChoice<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out T choice) && Enum.IsDefined(choice)
            ? choice
            : throw NoneOf(text, NamesOf<T>());

    // One word each, as the field writes them.
    private static string[] FormatNames => [.. Enum.GetNames<NumberFormat>().Select(name => name.ToLowerInvariant())];

    private static NumberFormat ReadFormat(string text) => Array.IndexOf(FormatNames, text.ToLowerInvariant()) is >= 0 and var index
        ? Enum.GetValues<NumberFormat>()[index]
        : throw NoneOf(text, FormatNames);

    private static FormatException NoneOf(string text, string[] names) =>
        new($"'{text}' is none of {string.Join(", ", names)}.{Suggestion.Ask(text, names)}");

    public static double ReadKeep(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double keep) && keep is > 0 and <= 1
            ? keep
            : throw new FormatException($"{text} is not in (0, 1]; it is the fraction that stays, such as 0.5.");

    public static double ReadHeldOut(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction) && fraction is >= 0 and < 1
            ? fraction
            : throw new FormatException($"{text} is not in [0, 1); it is a fraction of the calibration images, such as 0.1.");

    public static double ReadFraction(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double fraction) && fraction is >= 0 and <= 1
            ? fraction
            : throw new FormatException($"{text} is not in [0, 1]; it is a fraction, such as 0.01 for one in a hundred.");

    public static int ReadInteger(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new FormatException($"{text} is no whole number.");

    public static int ReadCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw new FormatException($"{text} is no number of 0 or more.");

    public static int ReadPositive(string text) => ReadAtLeast(1, text);

    public static int ReadAtLeast(int least, string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count >= least
            ? count
            : throw new FormatException($"{text} is not a whole number of at least {least}.");

    public static BlockShape ReadBlock(string text) => BlockShape.Parse(text);

    /// <summary>What no file tells of a checkpoint.</summary>
    public CheckpointOptions CheckpointOf(ParseResult parsed) =>
        new() { NumHeads = parsed.GetValue(NumHeads), ImageSize = parsed.GetValue(ImageSize) };

    /// <summary>The dense network's file or folder.</summary>
    /// <exception cref="IOException">There is none.</exception>
    /// <exception cref="InvalidDataException">The folder has no network, or several.</exception>
    /// <exception cref="OptionsException">Neither --model nor --bundled is given.</exception>
    public string ModelOf(ParseResult parsed)
    {
        string path = parsed.GetValue(Model) ?? (parsed.GetValue(Bundled)
            ? FashionMnistData.NetworkPath
            : throw new OptionsException("Which network? Give --model PATH, or --bundled for the bundled one."));
        ViTCheckpoint.Find(path);
        return path;
    }

    /// <summary>Pixels of an image at most, for prune and sweep.</summary>
    public long MaximumPixelsOf(ParseResult parsed) => Images.MaximumPixelsOf(parsed) ?? ImageFile.DefaultMaximumPixels;

    /// <summary>The images that prune and sweep read.</summary>
    /// <exception cref="OptionsException">Neither images nor --bundled are given.</exception>
    public IImageSource ImagesOf(ParseResult parsed, MLContext context, CliOutput output, ImageUse use, CancellationToken cancel)
    {
        var classes = new NetworkClasses.Dense(context, ModelOf(parsed), parsed.GetValue(ClassOrder), CheckpointOf(parsed));
        if (parsed.GetValue(ClassOrder) != ClassNameOrder.Unspecified && !classes.AreNumbers)
        {
            output.Error.WriteLine("--class-order changes nothing: the network's config.json names its classes.");
        }

        return Images.Open(parsed, context, parsed.GetValue(Bundled), classes, output, use, MaximumPixelsOf(parsed), cancel);
    }

    private static T[] ReadAll<T>(ArgumentResult result, string name, Func<string, string[]> split, Func<string, T> read)
    {
        string all = string.Join(',', result.Tokens.Select(token => token.Value));
        try
        {
            return [.. result.Tokens.SelectMany(token => split(token.Value)).Select(text => read(text.Trim()))];
        }
        catch (FormatException wrong)
        {
            result.AddError($"{name}: {wrong.Message}{DecimalComma.Ask(all, read)}");
            return [];
        }
    }
}
