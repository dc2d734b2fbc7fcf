using System.Globalization;

namespace PruneModelSample.WebApi;

/// <summary>What the service is told by its command line, environment and appsettings.json; checked before it starts.</summary>
/// <param name="ModelPath">The model's file, which may come later.</param>
/// <param name="LoadLimit">How long a model may take to be read before the service goes on without it.</param>
/// <param name="PollInterval">How often the file is looked at, besides what the system reports.</param>
/// <param name="LargestImage">Bytes of an image file.</param>
/// <param name="MaximumPixels">Width times height of an image at most; null: as the model was pruned with.</param>
/// <param name="MaximumFiles">Image files of a form.</param>
/// <param name="MaximumRequests">Predictions in flight at once, those included that still send their images.</param>
/// <param name="RequestLimit">How long one may take, its sending included.</param>
internal sealed record ServiceSettings(
    string ModelPath, TimeSpan LoadLimit, TimeSpan PollInterval, long LargestImage, long? MaximumPixels, int MaximumFiles,
    int MaximumRequests, TimeSpan RequestLimit)
{
    private const int FormOverhead = 1 << 16;

    /// <summary>Bytes of a request's body: as many of the largest images as a form may hold, with what stands around them.</summary>
    public long LargestBody => (LargestImage * MaximumFiles) + FormOverhead;

    /// <summary>Reads each setting by its name; see the README for what they are and what they may be.</summary>
    /// <exception cref="ArgumentException">One is out of its range; says which, and what it may be.</exception>
    public static ServiceSettings Read(IConfiguration settings)
    {
        string model = settings["Model"] ?? "PruneModel.mlnet";
        if (string.IsNullOrWhiteSpace(model) || model.Contains('\0', StringComparison.Ordinal) || Directory.Exists(model))
        {
            throw new ArgumentException($"Model is '{model}', expected the path of a model's file: give --Model FILE.");
        }

        return new ServiceSettings(
            Path.GetFullPath(model),
            TimeSpan.FromSeconds(Number(settings, "LoadSeconds", 60, least: 1, most: 3600)),
            TimeSpan.FromSeconds(Number(settings, "PollSeconds", 1, least: 0.05, most: 3600)),
            (long)Number(settings, "LargestImageBytes", 16 << 20, least: 1, most: 1 << 30),
            settings["MaximumPixels"] is null ? null : (long)Number(settings, "MaximumPixels", 0, least: 1, most: int.MaxValue),
            (int)Number(settings, "MaximumFiles", 16, least: 1, most: 1000),
            (int)Number(settings, "MaximumRequests", 32, least: 1, most: 10000),
            TimeSpan.FromSeconds(Number(settings, "RequestSeconds", 30, least: 0.1, most: 3600)));
    }

    private static double Number(IConfiguration settings, string name, double usual, double least, double most)
    {
        if (settings[name] is not { } text)
        {
            return usual;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && number >= least && number <= most
            ? number
            : throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture, $"{name} is '{text}', expected a number of {least} to {most}."));
    }
}
