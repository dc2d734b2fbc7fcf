using Microsoft.ML.BlockPruning.Imaging;

namespace SampleKit;

/// <summary>Decodes every file once before the work begins, so that a broken one costs seconds and not the run.</summary>
/// <remarks>By the library's own decoder: what passes here, it reads. Large images take turns: memory holds one at a time.</remarks>
/// <param name="policy">What becomes of unreadable files.</param>
/// <param name="display">Shows how far the check is.</param>
/// <param name="cancel">Ends the check at the next file.</param>
internal sealed class ImageCheck(UnreadableImages policy, IStepDisplay display, CancellationToken cancel)
{
    private const string Step = "Checking images";
    private const int NamedAtMost = 10;
    private const int ReportEvery = 16;
    private const double MostBeforeTheEnd = 0.999; // sums of other order may round up to one
    private const long BytesOfOpening = 4096; // what opening a file takes, as bytes that are decoded in that time
    private const long LargePixels = 16_000_000;

    private readonly List<UnreadableImage> _unreadable = [];
    private readonly Lock _large = new();

    /// <summary>The option that would leave the files out, for the message; null: the program has none.</summary>
    public string? SkipOption { get; init; }

    /// <summary>Pixels of an image at most, width times height by its header; larger ones count as unreadable.</summary>
    public long MaximumPixels { get; init; } = ImageFile.DefaultMaximumPixels;

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
        double[] work = [.. rows.Select(row => WorkOf(row.ImagePath))];
        double all = work.Sum(), done = 0;
        int checkedRows = 0;
        if (rows.Count > 0)
        {
            display.Report(Step, 0, rows.Count, "images");
        }

        Parallel.For(0, rows.Count, new ParallelOptions { CancellationToken = cancel }, i =>
        {
            reasons[i] = WhyUnreadable(rows[i].ImagePath);
            lock (_unreadable)
            {
                done += work[i];
                bool isLast = ++checkedRows == rows.Count;
                if (isLast || checkedRows % ReportEvery == 0)
                {
                    display.Report(Step, isLast ? rows.Count : rows.Count * Math.Min(done / all, MostBeforeTheEnd), rows.Count, "images");
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

    // Decoding is about in proportion to the bytes; folders often have large images at one end.
    private static double WorkOf(string path)
    {
        var file = new FileInfo(path);
        return BytesOfOpening + (file.Exists ? file.Length : 0);
    }

    private string? WhyUnreadable(string path)
    {
        if (!File.Exists(path))
        {
            return Directory.Exists(path) ? "a folder, not an image" : "no such file";
        }

        try
        {
            byte[] file = ImageFile.ReadBytes(path);
            var (width, height) = ImageFile.ReadSize(file, MaximumPixels);
            if ((long)width * height <= LargePixels)
            {
                ImageFile.Check(file, MaximumPixels);
            }
            else
            {
                lock (_large)
                {
                    ImageFile.Check(file, MaximumPixels);
                }
            }

            return null;
        }
        catch (InvalidDataException unreadable)
        {
            return unreadable.Message.TrimEnd('.');
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return refused.Message.TrimEnd('.');
        }
    }
}
