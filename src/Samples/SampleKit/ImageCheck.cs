using SkiaSharp;

namespace SampleKit;

/// <summary>Decodes every file once before the work begins, so that a broken one costs seconds and not the run.</summary>
/// <remarks><c>LoadImages</c> would show a file that is cut off as black below the cut, without a word.</remarks>
/// <param name="policy">What becomes of unreadable files.</param>
/// <param name="display">Shows how far the check is.</param>
/// <param name="cancel">Ends the check at the next file.</param>
internal sealed class ImageCheck(UnreadableImages policy, IStepDisplay display, CancellationToken cancel)
{
    private const string Step = "Checking images";
    private const int NamedAtMost = 10;
    private const int ReportEvery = 16;

    private readonly List<UnreadableImage> _unreadable = [];

    /// <summary>The option that would leave the files out, for the message; null: the program has none.</summary>
    public string? SkipOption { get; init; }

    /// <summary>All unreadable files so far.</summary>
    public IReadOnlyList<UnreadableImage> Unreadable => _unreadable;

    /// <summary>One line that counts the files and names the first of them.</summary>
    /// <param name="unreadable">At least one file.</param>
    public static string Describe(IReadOnlyList<UnreadableImage> unreadable)
    {
        string count = unreadable.Count == 1 ? "1 image cannot be read" : $"{unreadable.Count} images cannot be read";
        string named = string.Join("; ", unreadable.Take(NamedAtMost).Select(image => $"{image.Path} ({image.Reason})"));
        string more = unreadable.Count > NamedAtMost ? $"; and {unreadable.Count - NamedAtMost} more" : "";
        return $"{count}: {named}{more}.";
    }

    /// <summary>Reads the files.</summary>
    /// <returns>The rows whose files can be read, in their order.</returns>
    /// <exception cref="InvalidDataException">Some cannot and the policy is to fail, or none can.</exception>
    public IReadOnlyList<ImageFileRow> Keep(IReadOnlyList<ImageFileRow> rows)
    {
        string?[] reasons = new string?[rows.Count];
        int done = 0;
        Parallel.For(0, rows.Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            reasons[i] = WhyUnreadable(rows[i].ImagePath);
            if (Interlocked.Increment(ref done) is int now && (now % ReportEvery == 0 || now == rows.Count))
            {
                lock (_unreadable)
                {
                    display.Report(Step, now, rows.Count, "images");
                }
            }
        });
        UnreadableImage[] found = [.. rows.Select(row => row.ImagePath).Zip(reasons)
            .Where(pair => pair.Second is not null).Select(pair => new UnreadableImage(pair.First, pair.Second!))];
        _unreadable.AddRange(found);
        if (found.Length > 0 && policy == UnreadableImages.Fail)
        {
            string skip = SkipOption is null ? "" : $", or leave them out with {SkipOption}";
            throw new InvalidDataException($"{Describe(found)} Mend or remove them{skip}.");
        }

        return found.Length == rows.Count
            ? throw new InvalidDataException($"None of the {rows.Count} images can be read. {Describe(found)}")
            : [.. rows.Where((_, i) => reasons[i] is null)];
    }

    private static string? WhyUnreadable(string path)
    {
        if (!File.Exists(path))
        {
            return "no such file";
        }

        try
        {
            byte[] file = File.ReadAllBytes(path);
            using var data = SKData.CreateCopy(file);
            using var codec = SKCodec.Create(data);
            if (codec is null)
            {
                return file.Length == 0 ? "empty" : "not an image";
            }

            using var bitmap = new SKBitmap(codec.Info.Width, codec.Info.Height, SKColorType.Bgra8888, SKAlphaType.Unpremul);
            var result = codec.GetPixels(bitmap.Info, bitmap.GetPixels());
            return result == SKCodecResult.Success ? null : $"cut off or corrupt: {result}";
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message;
        }
    }
}
