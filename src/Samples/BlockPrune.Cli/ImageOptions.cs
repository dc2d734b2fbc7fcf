using System.CommandLine;
using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Imaging;

namespace BlockPrune.Cli;

/// <summary>The options that say which images, the same for every verb that takes some.</summary>
internal sealed class ImageOptions
{
    private const string Choices = "--images FOLDER (one subfolder per class), --images FILE.csv (ImagePath,Label), --calibration-images "
        + "and --test-images for sets of their own, --images-idx FILE --labels-idx FILE, or --bundled for the bundled ones";

    private readonly Option<string?> _images = new("--images")
    {
        Description = "Images: a folder with one subfolder per class, or a CSV file with the columns ImagePath and Label",
        HelpName = "FOLDER|FILE.csv",
    };

    private readonly Option<string?> _calibration = new("--calibration-images")
    {
        Description = "Images to calibrate on, in place of a fifth of --images; a folder without subfolders does",
        HelpName = "FOLDER|FILE.csv",
    };

    private readonly Option<string?> _test = new("--test-images")
    {
        Description = "Images to test on, in place of four fifths of --images",
        HelpName = "FOLDER|FILE.csv",
    };

    private readonly Option<string?> _imagesIdx = new("--images-idx")
    {
        Description = "Grey images in an IDX file, gzipped or plain; with --labels-idx",
        HelpName = "FILE",
    };

    private readonly Option<string?> _labelsIdx = new("--labels-idx")
    {
        Description = "Their class numbers in an IDX file",
        HelpName = "FILE",
    };

    private readonly Option<UnreadableImages> _unreadable = CommonOptions.Choice(
        "--unreadable", "What becomes of images that cannot be read: fail or skip", UnreadableImages.Fail);

    private readonly Option<long?> _maximumPixels = CommonOptions.One<long?>(
        "--max-pixels", $"Width times height of an image at most (default: the model's, else {ImageFile.DefaultMaximumPixels})",
        null, ReadPixels);

    public void AddTo(Command verb)
    {
        verb.Add(_images);
        verb.Add(_calibration);
        verb.Add(_test);
        verb.Add(_imagesIdx);
        verb.Add(_labelsIdx);
        verb.Add(_unreadable);
        verb.Add(_maximumPixels);
        verb.Validators.Add(result =>
        {
            bool images = result.GetResult(_imagesIdx) is not null, labels = result.GetResult(_labelsIdx) is not null;
            if (images != labels)
            {
                result.AddError($"{(images ? "--images-idx needs --labels-idx" : "--labels-idx needs --images-idx")} FILE beside it.");
            }
            else if (images && result.GetResult(_images) is not null)
            {
                result.AddError("--images and --images-idx: give one of them.");
            }
            else if ((images || result.GetResult(_images) is not null)
                && (result.GetResult(_calibration) ?? result.GetResult(_test)) is not null)
            {
                result.AddError(
                    "--images and --images-idx are split into images to calibrate on and to test on, --calibration-images and "
                    + "--test-images are these sets: give the one or the others.");
            }
        });
    }

    /// <summary>Whether the command line names images.</summary>
    public bool AreGiven(ParseResult parsed) =>
        new[] { _images, _imagesIdx, _calibration, _test }.Any(option => parsed.GetValue(option) is not null);

    /// <summary>Whether there are test images: sets of their own may have none.</summary>
    public bool AreTested(ParseResult parsed) => parsed.GetValue(_calibration) is null || parsed.GetValue(_test) is not null;

    /// <summary>The limit that the command line gives; null: none.</summary>
    public long? MaximumPixelsOf(ParseResult parsed) => parsed.GetValue(_maximumPixels);

    /// <summary>Gives a loaded network the limit of the command line, where it has one.</summary>
    public void Apply(ParseResult parsed, SparseViTTransformer network) =>
        network.MaximumPixels = MaximumPixelsOf(parsed) ?? network.MaximumPixels;

    /// <summary>Opens the images, checks the files of those that are used, and names what is skipped.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="context">Owns the data views.</param>
    /// <param name="isBundled">Whether the bundled images serve where none are named.</param>
    /// <param name="classes">The network's classes.</param>
    /// <param name="output">Shows the check, and takes the names.</param>
    /// <param name="use">The images that the verb reads.</param>
    /// <param name="maximumPixels">Of an image, at most.</param>
    /// <param name="cancel">Ends the check.</param>
    /// <exception cref="OptionsException">No images are named.</exception>
    public IImageSource Open(
        ParseResult parsed, MLContext context, bool isBundled, NetworkClasses classes, CliOutput output, ImageUse use,
        long maximumPixels, CancellationToken cancel)
    {
        var images = output.Steps(display => ImageSource.Open(
            context, OriginOf(parsed, isBundled, use), classes, CheckOf(parsed, display, maximumPixels, cancel), use));
        NameSkipped(output, images.Unreadable);
        return images;
    }

    /// <summary>Checks files that the command line names one by one.</summary>
    /// <returns>The rows whose files can be read; the others are named.</returns>
    public IReadOnlyList<ImageFileRow> Check(
        ParseResult parsed, IReadOnlyList<ImageFileRow> rows, CliOutput output, long maximumPixels, CancellationToken cancel)
    {
        var (readable, skipped) = output.Steps(display =>
        {
            var check = CheckOf(parsed, display, maximumPixels, cancel);
            return (check.Keep(rows), check.Unreadable);
        });
        NameSkipped(output, skipped);
        return readable;
    }

    private ImageCheck CheckOf(ParseResult parsed, IStepDisplay display, long maximumPixels, CancellationToken cancel) =>
        new(parsed.GetValue(_unreadable), display, cancel) { SkipOption = "--unreadable skip", MaximumPixels = maximumPixels };

    private static long? ReadPixels(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long pixels) && pixels > 0
            ? pixels
            : throw new FormatException($"{text} is not a whole number of pixels of at least 1.");

    private static void NameSkipped(CliOutput output, IReadOnlyList<UnreadableImage> skipped)
    {
        if (skipped.Count > 0)
        {
            output.Error.WriteLine($"Skipped: {ImageCheck.Describe(skipped)}");
        }
    }

    private ImageOrigin OriginOf(ParseResult parsed, bool isBundled, ImageUse use)
    {
        if (parsed.GetValue(_imagesIdx) is { } images && parsed.GetValue(_labelsIdx) is { } labels)
        {
            return new ImageOrigin.Idx(images, labels);
        }

        if ((parsed.GetValue(_calibration) ?? parsed.GetValue(_test)) is not null)
        {
            return new ImageOrigin.Sets(
                SetOf(parsed, _calibration, "to calibrate on", use.HasFlag(ImageUse.Calibration), parts => parts.Calibration),
                SetOf(parsed, _test, "to test on", use.HasFlag(ImageUse.Test), parts => parts.Test));
        }

        string? path = parsed.GetValue(_images);
        if (path is null && !isBundled)
        {
            throw new OptionsException($"Which images? Give {Choices}.");
        }

        return ImageFolder.PartsOf(path ?? "") is { } parts
            ? throw new OptionsException(
                $"{path} holds {parts.Names}: they look like the parts of a data set, not like classes. "
                + $"Give {_calibration.Name} {parts.Calibration} {_test.Name} {parts.Test} in place of {_images.Name}.")
            : ImageOrigin.Of(path);
    }

    // A set that is given and not read may be anything.
    private static ImageOrigin? SetOf(
        ParseResult parsed, Option<string?> option, string purpose, bool isNeeded, Func<FolderParts, string> partOf)
    {
        if (!isNeeded)
        {
            return null;
        }

        string path = parsed.GetValue(option) ?? throw new OptionsException(
            $"Which images {purpose}? Give {option.Name} FOLDER or FILE.csv too, or --images, which is split into both.");
        return ImageFolder.PartsOf(path) is { } parts
            ? throw new OptionsException(
                $"{path} holds {parts.Names}: they look like the parts of a data set, not like classes. "
                + $"Give one of them, such as {option.Name} {partOf(parts)}.")
            : ImageOrigin.Of(path);
    }
}
