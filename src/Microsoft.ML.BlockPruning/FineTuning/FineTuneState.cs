using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.FineTuning;

/// <summary>The state of a training as a file: weights, moments, average, steps, and what it belongs to.</summary>
/// <remarks>Written whole or not at all; an SHA-256 of the values guards against a damaged disk.</remarks>
internal sealed class FineTuneState(string path, FineTuneSession session, SortedDictionary<string, string> identity)
{
    private const string Version = "1";
    private const string VersionKey = "fine-tune state version";
    private const string StepsKey = "steps";
    private const string HashKey = "sha256";

    /// <summary>What can be told before there is anything to train: a state can be read here, or there is a folder for one.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or no state of a training.</exception>
    /// <exception cref="DirectoryNotFoundException">Nothing could be saved there.</exception>
    public static void Check(string path)
    {
        if (Directory.Exists(path))
        {
            throw Invalid(path, "it is a folder, expected the name of a file");
        }

        if (File.Exists(path))
        {
            using var file = OwnFile.Open(path);
            RequireSame(path, file, VersionKey, Version);
        }
        else
        {
            RequireFolder(path);
        }
    }

    /// <summary>Restores the session where the file exists.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or of another training; names what differs.</exception>
    /// <exception cref="DirectoryNotFoundException">Nothing could be saved there.</exception>
    public void TryResume()
    {
        Check(path);
        if (!File.Exists(path))
        {
            return;
        }

        using var file = OwnFile.Open(path);
        file.VerifyChecksum();
        foreach (var (key, value) in identity)
        {
            RequireSame(path, file, key, value);
        }

        if (!int.TryParse(Found(file, StepsKey), NumberStyles.None, CultureInfo.InvariantCulture, out int steps)
            || steps < 1 || steps > session.TotalSteps)
        {
            throw Invalid(path, $"{StepsKey} is '{Found(file, StepsKey)}', expected 1 to {session.TotalSteps}");
        }

        Restore(file);
        session.Optimizer.Steps = steps;
        session.Student.Refresh();
    }

    /// <summary>Writes the session's state over the last one.</summary>
    public void Save() => AtomicFile.Write(path, stream =>
    {
        var values = Tensors().Select(entry => (entry.Name, entry.Tensor, Values: TorchDevice.Read<float>(entry.Tensor))).ToList();
        var writer = OwnFile.Create();
        writer.AddMetadata(VersionKey, Version);
        writer.AddMetadata(StepsKey, session.Optimizer.Steps.ToString(CultureInfo.InvariantCulture));
        writer.AddChecksum();
        writer.AddMetadata(HashKey, FineTuneIdentity.Hash(values.Select(entry => entry.Values)));
        foreach (var (key, value) in identity)
        {
            writer.AddMetadata(key, value);
        }

        foreach (var (name, tensor, content) in values)
        {
            writer.Add(name, [.. tensor.shape.Select(side => (int)side)], content);
        }

        writer.Write(stream);
    });

    // Better now than after the first epoch.
    private static void RequireFolder(string path)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"The checkpoint '{path}' cannot be written: there is no folder '{folder}'; create it.");
        }
    }

    private void Restore(ITensorFile file)
    {
        var values = new List<(Tensor Target, float[] Values)>();
        foreach (var (name, target) in Tensors())
        {
            string shape = string.Join(", ", target.shape);
            string? found = file.Find(name)?.Describe();
            if (found != $"F32 [{shape}]")
            {
                throw Invalid(path, $"tensor '{name}' is {found ?? "missing"}, expected F32 [{shape}]");
            }

            values.Add((target, file.ReadSingles(name)));
        }

        if (Found(file, HashKey) != FineTuneIdentity.Hash(values.Select(entry => entry.Values)))
        {
            throw Invalid(path, "its values do not have the SHA-256 that it names");
        }

        using var off = no_grad();
        foreach (var (target, content) in values)
        {
            using var scope = NewDisposeScope();
            target.copy_(TorchDevice.Put(tensor(content)).reshape(target.shape));
        }
    }

    private List<(string Name, Tensor Tensor)> Tensors()
    {
        var tensors = new List<(string Name, Tensor Tensor)>();
        foreach (var (moments, average) in session.Optimizer.Moments.Zip(session.Average.Network.Module.parameters()))
        {
            tensors.Add(($"weight.{moments.Name}", moments.Parameter));
            tensors.Add(($"first_moment.{moments.Name}", moments.First));
            tensors.Add(($"second_moment.{moments.Name}", moments.Second));
            tensors.Add(($"average.{moments.Name}", average));
        }

        return tensors;
    }

    private static void RequireSame(string path, ITensorFile file, string key, string expected)
    {
        string found = Found(file, key);
        if (found != expected)
        {
            throw Invalid(path, $"{key} is {found} there, but {expected} in this training");
        }
    }

    private static string Found(ITensorFile file, string key) => file.Metadata.GetValueOrDefault(key, "missing");

    private static InvalidDataException Invalid(string path, string what) =>
        new($"Fine-tuning cannot go on from '{path}': {what}. Delete the file to start anew, or name another one.");
}
