using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>The file that a user means who names a file, an index, a folder, or a shard.</summary>
/// <param name="File">The file to open; its folder is where config.json and the like lie.</param>
/// <param name="Notes">What was chosen among several.</param>
internal sealed partial record CheckpointPath(string File, IReadOnlyList<string> Notes)
{
    /// <summary>Finds it.</summary>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="FileNotFoundException">There is nothing of that name; says how to fetch one of Hugging Face's.</exception>
    /// <exception cref="InvalidDataException">A folder has no network, or several.</exception>
    public static CheckpointPath Of(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        if (Directory.Exists(path))
        {
            var (file, notes) = CheckpointFolder.Find(path);
            return new CheckpointPath(file, notes);
        }

        if (!Path.Exists(path))
        {
            throw new FileNotFoundException(
                HubName().IsMatch(path) && !Directory.Exists(path.Split('/')[0])
                    ? $"There is no model file {path}. It looks like a network of huggingface.co: nothing is downloaded here. Fetch its "
                        + $"folder by 'git lfs install && git clone https://huggingface.co/{path}' or 'huggingface-cli download {path} "
                        + $"--local-dir {path.Split('/')[1]}', and give that folder."
                    : $"There is no model file {path}.",
                path);
        }

        return PeftAdapter.In(path) is { } adapter ? throw adapter.Refusal(path) : OfFile(path);
    }

    // Who names one of several shards means all of them.
    private static CheckpointPath OfFile(string path)
    {
        var shard = ShardName().Match(Path.GetFileName(path));
        string index = Path.Combine(
            Path.GetDirectoryName(path) ?? "", $"{shard.Groups["stem"].Value}{shard.Groups["type"].Value}.index.json");
        return shard.Success && System.IO.File.Exists(index)
            ? new CheckpointPath(index, [$"'{Path.GetFileName(path)}' is one of several shards; all that the index names are read."])
            : new CheckpointPath(path, []);
    }

    [GeneratedRegex(@"^[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(?<!\.(?:safetensors|pth|pt|bin|ckpt|tar|zip|json|onnx))\z")]
    private static partial Regex HubName();

    [GeneratedRegex(@"^(?<stem>.+)-[0-9]{5}-of-[0-9]{5}(?<type>\.safetensors|\.bin)\z")]
    private static partial Regex ShardName();
}
