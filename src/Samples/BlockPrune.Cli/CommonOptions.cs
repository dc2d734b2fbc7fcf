using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json;
using FashionMnist;
using Microsoft.ML;
using Microsoft.ML.BlockPruning.Sparsity;

namespace BlockPrune.Cli;

/// <summary>The options that several verbs share.</summary>
internal sealed class CommonOptions
{
    public Option<string?> Model { get; } = new("--model")
    {
        Description = "Dense weights of a ViT or DeiT with timm's tensor names",
        HelpName = "FILE.safetensors",
    };

    public ImageOptions Images { get; } = new();

    public Option<bool> Bundled { get; } = new("--bundled")
    {
        Description = "The bundled network and Fashion-MNIST images, where --model or --images is not given",
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Answers in JSON, for programs" };

    public Option<int> Seed { get; } = new("--seed") { Description = "Seeds the pruning", DefaultValueFactory = _ => 1 };

    /// <summary>An option that takes values separated by commas.</summary>
    public static Option<T[]> List<T>(string name, string description, T[] defaults, Func<string, T> read) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => defaults,
        CustomParser = result => ReadAll(result, name, read),
    };

    /// <summary>An option that takes one value of a kind that needs reading.</summary>
    public static Option<T> One<T>(string name, string description, T value, Func<string, T> read) => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => value,
        CustomParser = result => ReadAll(result, name, read) is [.., var last] ? last : value,
    };

    /// <summary>An option that takes a value of an enum; a shell completes it.</summary>
    public static Option<T> Choice<T>(string name, string description, T value)
        where T : struct, Enum
    {
        var option = One(name, description, value, ReadChoice<T>);
        option.CompletionSources.Add([.. Enum.GetNames<T>().Select(JsonNamingPolicy.KebabCaseLower.ConvertName)]);
        return option;
    }

    /// <summary>A choice of an enum by its name, in any case; hyphens may stand between its words.</summary>
    public static T ReadChoice<T>(string text)
        where T : struct, Enum =>
        Enum.TryParse(text.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out T choice) && Enum.IsDefined(choice)
            ? choice
            : throw new FormatException($"'{text}' is none of {string.Join(", ", Enum.GetNames<T>())}.");

    public static double ReadKeep(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double keep) && keep is > 0 and <= 1
            ? keep
            : throw new FormatException($"{text} is not in (0, 1]; it is the fraction that stays, such as 0.5.");

    public static int ReadCount(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? count
            : throw new FormatException($"{text} is no number of 0 or more.");

    public static int ReadPositive(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0
            ? count
            : throw new FormatException($"{text} is not a whole number of at least 1.");

    public static BlockShape ReadBlock(string text) => BlockShape.Parse(text);

    /// <summary>The dense network's file.</summary>
    /// <exception cref="ArgumentException">Neither --model nor --bundled is given.</exception>
    public string ModelOf(ParseResult parsed)
    {
        string path = parsed.GetValue(Model) ?? (parsed.GetValue(Bundled)
            ? FashionMnistData.NetworkPath
            : throw new ArgumentException("Which network? Give --model FILE.safetensors, or --bundled for the bundled one."));
        return File.Exists(path) ? path : throw new FileNotFoundException($"There is no model file {path}.");
    }

    /// <summary>The images that prune and sweep read.</summary>
    /// <exception cref="ArgumentException">Neither images nor --bundled are given.</exception>
    public IImageSource ImagesOf(ParseResult parsed, MLContext context, CliOutput output, ImageUse use, CancellationToken cancel)
    {
        bool isBundledNetwork = parsed.GetValue(Model) is null && parsed.GetValue(Bundled);
        return Images.Open(
            parsed, context, parsed.GetValue(Bundled), isBundledNetwork ? FashionMnistData.ClassNames : null, output, use, cancel);
    }

    private static T[] ReadAll<T>(ArgumentResult result, string name, Func<string, T> read)
    {
        try
        {
            return [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(text => read(text.Trim()))];
        }
        catch (FormatException wrong)
        {
            result.AddError($"{name}: {wrong.Message}");
            return [];
        }
    }
}
