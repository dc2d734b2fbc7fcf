using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Quickstart;

/// <summary>The options on the command line, checked as they are read.</summary>
internal sealed class QuickstartArguments
{
    private static readonly QuickstartOptions Defaults = new();

    private readonly Option<string?> _model = new("--model")
    {
        Description = "A dense network's file or folder (default: the bundled network)",
        HelpName = "PATH",
    };

    private readonly Option<double> _keep = new("--keep")
    {
        Description = "Fraction of the dense network's multiply-adds to keep, in (0, 1]",
        HelpName = "FRACTION",
        DefaultValueFactory = _ => Defaults.Keep,
        CustomParser = ReadKeep,
    };

    private readonly Option<BlockShape> _block = new("--block")
    {
        Description = "Height x width of the weight blocks",
        HelpName = "16x16",
        DefaultValueFactory = _ => Defaults.Block,
        CustomParser = ReadBlock,
    };

    private readonly Option<ClassNameOrder> _classOrder = new("--class-order")
    {
        Description = "How the network was trained, where its config.json names no class: natural (timm) or ordinal (torchvision)",
        HelpName = "NAME",
    };

    private readonly Option<string?> _json = new("--json") { Description = "Also writes the figures to this file", HelpName = "FILE" };

    private readonly Option<int?> _threads = new("--threads")
    {
        Description = "Threads for calibration and scoring (default: all cores)",
        HelpName = "COUNT",
        CustomParser = ReadThreads,
    };

    private readonly Option<int> _seed = new("--seed")
    {
        Description = "Seeds the pruning",
        HelpName = "NUMBER",
        DefaultValueFactory = _ => Defaults.Seed,
    };

    /// <summary>The images; the reloading process is given the same.</summary>
    public Option<string?> Images { get; } = new("--images")
    {
        Description = "Images in one subfolder per class; a fifth of them calibrates (default: the bundled Fashion-MNIST images)",
        HelpName = "FOLDER",
        Recursive = true,
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { _model, Images, _classOrder, _keep, _block, _json, _threads, _seed })
        {
            command.Add(option);
        }
    }

    public QuickstartOptions Read(ParseResult parsed) => new()
    {
        ModelPath = parsed.GetValue(_model),
        ImagesFolder = parsed.GetValue(Images),
        ClassOrder = parsed.GetValue(_classOrder),
        Keep = parsed.GetValue(_keep),
        Block = parsed.GetValue(_block),
        JsonPath = parsed.GetValue(_json),
        Threads = parsed.GetValue(_threads),
        Seed = parsed.GetValue(_seed),
    };

    private static double ReadKeep(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double keep) || !(keep > 0 && keep <= 1))
        {
            result.AddError($"--keep: {text} is not in (0, 1]; it is the fraction of multiply-adds that stay, such as 0.5.");
        }

        return keep;
    }

    private static BlockShape ReadBlock(ArgumentResult result)
    {
        try
        {
            return BlockShape.Parse(result.Tokens[0].Value);
        }
        catch (FormatException wrong)
        {
            result.AddError($"--block: {wrong.Message}");
            return default;
        }
    }

    private static int? ReadThreads(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int threads) || threads < 1)
        {
            result.AddError($"--threads: {text} is not a whole number of at least 1.");
        }

        return threads;
    }
}
