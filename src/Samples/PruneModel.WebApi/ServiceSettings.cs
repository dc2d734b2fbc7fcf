using System.Globalization;

namespace PruneModelSample.WebApi;

/// <summary>What the service is told by its command line, environment and appsettings.json; checked before it starts.</summary>
/// <param name="ModelPath">The model's file, which may come later.</param>
/// <param name="LoadLimit">How long a model may take to be read before the service goes on without it.</param>
/// <param name="PollInterval">How often the file is looked at, besides what the system reports.</param>
/// <param name="LargestImage">Bytes of a request's body.</param>
/// <param name="MaximumPixels">Width times height of an image at most; null: as the model was pruned with.</param>
internal sealed record ServiceSettings(
    string ModelPath, TimeSpan LoadLimit, TimeSpan PollInterval, long LargestImage, long? MaximumPixels)
{
    /// <summary>Reads <c>Model</c>, <c>LoadSeconds</c>, <c>PollSeconds</c>, <c>LargestImageBytes</c> and <c>MaximumPixels</c>.</summary>
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
            settings["MaximumPixels"] is null ? null : (long)Number(settings, "MaximumPixels", 0, least: 1, most: int.MaxValue));
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
