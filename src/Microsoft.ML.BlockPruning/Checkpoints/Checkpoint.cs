using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>A dense network on disk: the file or files of its tensors, and the config.json beside them, which is read once.</summary>
internal sealed class Checkpoint : IDisposable
{
    private readonly CheckpointPath _path;
    private readonly ITensorFile _file;
    private readonly CheckpointRows _rows;
    private readonly CheckpointOptions _options;
    private readonly Lazy<CheckpointConfig?> _config;
    private readonly Lazy<Recognised> _network;

    private Checkpoint(CheckpointPath path, ITensorFile file, CheckpointRows rows, CheckpointOptions options)
    {
        (_path, _file, _rows, _options) = (path, file, rows, options);
        _config = new(() => ConfigFile.TryReadBeside(path.File));
        _network = new(Recognise);
    }

    /// <summary>What config.json says; null where there is none.</summary>
    /// <exception cref="InvalidDataException">It is not JSON, or asks for a network that is not computed here.</exception>
    public CheckpointConfig? Config => _config.Value;

    /// <summary>[numClasses] the classes' names in the order of the head's rows, as config.json has them; null where it has none.</summary>
    public IReadOnlyList<string>? LabelNames => Config?.LabelNames;

    /// <summary>The network's shape; no weight is read for it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture, or config.json contradicts it.</exception>
    public NetworkSpec Network => _network.Value.Network;

    /// <summary>What was assumed, and what was not read.</summary>
    public IReadOnlyList<string> Notes => _network.Value.Findings.Notes;

    /// <summary>What was found out, and from where.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture, or config.json contradicts it.</exception>
    public CheckpointDescription Description =>
        new(Network, _network.Value.Tensors.Describes, _network.Value.Findings.Facts, Notes);

    /// <summary>The preprocessing where the caller names none: what config.json says; the family's where it is silent.</summary>
    /// <exception cref="InvalidDataException">config.json asks for what this library does not do.</exception>
    public ImagePreprocessing Preprocessing =>
        ConfigPreprocessing.Of(Pixels, _network.Value.Family.Preprocessing(Network), _path.File);

    /// <summary>Who says what of images: a file beside the network, else whose names it has; null where the family says it.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture, or config.json contradicts it.</exception>
    public PixelConfig? Pixels => Config?.Pixels ?? UsualPixels.Of(_network.Value.Tensors.Style);

    /// <summary>Opens a network's file.</summary>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="IOException">It cannot be read, or is a pipe or a device.</exception>
    /// <exception cref="InvalidDataException">
    /// It is of no container that is read here, or damaged; or a folder with no network, or several.
    /// </exception>
    public static Checkpoint Open(string path) => Open(path, CheckpointOptions.Default);

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="path">The file, an index of several, or their folder.</param>
    /// <param name="options">What no file tells.</param>
    public static Checkpoint Open(string path, CheckpointOptions options) => Open(path, CheckpointRows.Default, options);

    /// <inheritdoc cref="Open(string)"/>
    /// <param name="path">The file, an index of several, or their folder.</param>
    /// <param name="rows">What can be read.</param>
    /// <param name="options">What no file tells; null: nothing is said.</param>
    public static Checkpoint Open(string path, CheckpointRows rows, CheckpointOptions? options = null)
    {
        var found = CheckpointPath.Of(path);
        return new(found, new ContainerDetector(rows.Containers).Open(found.File), rows, options ?? CheckpointOptions.Default);
    }

    /// <summary>Reads the weights, once the file agrees with its own checksum.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or of another architecture; names the tensor.</exception>
    public NetworkWeights ReadWeights()
    {
        _file.VerifyChecksum(); // before anything is said of a damaged file's tensors
        var (family, tensors, network, _) = _network.Value;
        var weights = family.Read(tensors, network);
        weights.Notes = Notes;
        return weights;
    }

    /// <summary>Other weights of the network as a file under the checkpoint's names; not written yet.</summary>
    /// <param name="weights">Pruned, say, with zeros in removed blocks.</param>
    /// <exception cref="InvalidDataException">The checkpoint is damaged, or its network is another one.</exception>
    /// <exception cref="NotSupportedException">The checkpoint has no place for a part of the network; names it.</exception>
    public ITensorWriter Rewrite(NetworkWeights weights)
    {
        _file.VerifyChecksum();
        var (family, tensors, network, _) = _network.Value;
        return weights.Spec.HasSameParts(network)
            ? CheckpointRewriting.Of(tensors, family, weights)
            : throw new InvalidDataException(
                $"{_file.Source}: its network is {network}, the pruned one {weights.Spec}. Give the checkpoint that was pruned.");
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private Recognised Recognise()
    {
        var findings = new Findings();
        var file = WrappedNames.TakeOff(_file, findings.Notes);
        ForeignTensors.Refuse(file); // what the file is goes before what a config.json says of it
        findings.Notes.InsertRange(0, [.. _path.Notes, .. _file.Notes, .. Config?.Notes ?? []]);
        var tensors = CanonicalTensors.Of(file, _rows.KeyMaps);
        findings.Notes.AddRange(tensors.Notes);
        findings.Notes.AddRange(Config?.Pixels is null ? UsualPixels.Of(tensors.Style)?.Notes ?? [] : []);
        RequireNumbers();
        var family = _rows.Families.FirstOrDefault(family => family.Takes(tensors, Config)) ?? _rows.Families[^1];
        int? pixelSize = (Config?.Pixels as HuggingFacePixels)?.ImageSize; // timm's is the network's own
        var around = new Surroundings(Config, _options.NumHeads, _options.ImageSize, pixelSize, findings);
        var network = family.Infer(tensors, around);
        RequireLabels(network);
        return new Recognised(family, tensors, network, findings);
    }

    private void RequireNumbers()
    {
        if (Config is { Quantisation: { } how } config)
        {
            throw new InvalidDataException(
                $"{config.Source}, key 'quantization_config': the network is quantised ({how}); give it in float32, float16 or bfloat16.");
        }
    }

    private void RequireLabels(NetworkSpec network)
    {
        if (Config is { Labels: { } labels } config && labels.Names.Count != network.NumClasses)
        {
            throw new InvalidDataException(
                $"{config.Source}, key '{labels.Key}': it names {labels.Names.Count} classes, but the network's head has "
                + $"{network.NumClasses}. Take the config.json that belongs to the network, or mend the key.");
        }
    }

    private sealed record Recognised(IFamily Family, CanonicalTensors Tensors, NetworkSpec Network, Findings Findings);
}
