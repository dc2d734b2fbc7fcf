namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>The network in a folder, as Hugging Face's hub and Trainer lay one out, or a lone file of another name.</summary>
internal static class CheckpointFolder
{
    private const string Checkpoints = "checkpoint-";
    private const int Most = 8; // names in a message

    private static readonly string[] Files =
        ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json"];

    private static readonly string[] Extensions = [".safetensors", ".pth", ".pt", ".bin", ".ckpt", ".tar"];

    // What Trainer and accelerate write beside the weights, and files of other libraries' runs.
    private static readonly string[] Company = ["optimizer", "scheduler", "training_args", "rng_state", "scaler", "random_states"];

    /// <summary>Finds the file; and what was chosen among several, in sentences.</summary>
    /// <exception cref="InvalidDataException">There is none, or nothing tells which of several it is.</exception>
    public static (string File, string[] Notes) Find(string folder) => Find(folder, isWithin: false);

    private static (string File, string[] Notes) Find(string folder, bool isWithin)
    {
        if (Array.Find(Files, name => File.Exists(Path.Combine(folder, name))) is { } known)
        {
            string[] others = [.. Files.SkipWhile(name => name != known).Skip(1).Where(name => File.Exists(Path.Combine(folder, name)))];
            return (
                Path.Combine(folder, known),
                others.Length == 0 ? [] : [$"Of the folder {known} is read, not {string.Join(", ", others)} beside it."]);
        }

        if (PeftAdapter.InFolder(folder) is { } adapter)
        {
            throw adapter.Refusal(folder);
        }

        string[] checkpoints = isWithin ? [] : CheckpointsIn(folder);
        return checkpoints.Length switch
        {
            0 => Lone(folder),
            1 => Below(folder, checkpoints[0]),
            _ => throw new InvalidDataException($"'{folder}' has {Listed(checkpoints)}; name one of them."),
        };
    }

    private static (string File, string[] Notes) Below(string folder, string checkpoint)
    {
        var found = Find(Path.Combine(folder, checkpoint), isWithin: true);
        return (found.File, [$"Of the folder its only checkpoint, {checkpoint}, is read.", .. found.Notes]);
    }

    private static (string File, string[] Notes) Lone(string folder)
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(folder).Select(Path.GetFileName).OfType<string>()
                .Where(name => Extensions.Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase)
                    && !Company.Any(other => name.StartsWith(other, StringComparison.OrdinalIgnoreCase)))
                .Order(StringComparer.Ordinal),
        ];
        return files.Length switch
        {
            1 => (
                Path.Combine(folder, files[0]), [$"Of the folder its only file of that kind, {files[0]}, is read."]),
            0 => throw new InvalidDataException(
                $"'{folder}' holds no network: looked for {string.Join(", ", Files)}, one checkpoint-* folder, and one file "
                + $"*{string.Join(", *", Extensions)}. Name the network's file or folder."),
            _ => throw new InvalidDataException($"'{folder}' has {Listed(files)}; name one of them."),
        };
    }

    private static string[] CheckpointsIn(string folder) =>
    [
        .. Directory.EnumerateDirectories(folder, $"{Checkpoints}*").Select(Path.GetFileName).OfType<string>()
            .OrderBy(name => name.Length).ThenBy(name => name, StringComparer.Ordinal),
    ];

    private static string Listed(string[] names) => names.Length > Most
        ? $"{string.Join(", ", names.Take(Most))} and {names.Length - Most} more"
        : $"{string.Join(", ", names.SkipLast(1))} and {names[^1]}";
}
