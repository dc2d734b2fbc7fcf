using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;
using Microsoft.ML.BlockPruning.Networks.Families;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Tells a network's shape from the names and shapes of a file's tensors, and other architectures from ours.</summary>
/// <param name="tensors">The file's tensors.</param>
/// <param name="notes">Is told what had to be assumed.</param>
internal sealed class ViTArchitecture(CanonicalTensors tensors, List<string> notes)
{
    internal const string PatchWeight = "patch_embed.proj.weight";
    private const string Position = "pos_embed";
    private const int DefaultHeadDim = 64; // every ViT and DeiT as published, but for those of SixteenHeads
    private static readonly int[] SixteenHeads = [1152, 1280, 1408, 1664]; // so400m, huge, giant, gigantic
    private const float DefaultEps = 1e-6f; // timm and torchvision

    /// <summary>The shape of the network.</summary>
    /// <param name="beside">The <c>config.json</c> beside the file, if there is one.</param>
    /// <exception cref="InvalidDataException">The tensors are no ViT or DeiT classifier; names the first that does not fit.</exception>
    public ViTConfig Infer(CheckpointConfig? beside)
    {
        RejectUnused();
        int embedDim = Side("cls_token", rank: 3, axis: 2);
        bool isDistilled = tensors.Names.Contains("dist_token");
        var (channels, patchSize) = Patch();
        int grid = Grid(Side(Position, rank: 3, axis: 1), isDistilled ? 2 : 1);
        int? ownHeads = Metadata(OwnMetadata.Heads, int.Parse);
        int numHeads = ownHeads ?? beside?.AttentionHeads ?? DefaultHeads(embedDim);
        float eps = Metadata(OwnMetadata.LayerNormEps, float.Parse) ?? beside?.LayerNormEps ?? AssumedEps();
        ViTConfig config;
        try
        {
            config = new ViTConfig(
                checked(grid * patchSize),
                patchSize,
                channels,
                embedDim,
                Depth(),
                numHeads,
                mlpDim: Side("blocks.0.mlp.fc1.weight", rank: 2, axis: 0),
                numClasses: Side("head.weight", rank: 2, axis: 0),
                isDistilled,
                eps);
        }
        catch (Exception error) when (error is ArgumentOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException($"{tensors.Source}: the parts of the network do not fit together: {error.Message}", error);
        }

        Compare(beside?.Facts ?? [], config, ownHeads);
        if (ownHeads is null && beside?.Facts.Any(fact => fact.IsOfImage) != true)
        {
            notes.Add($"Nothing says the size of the images: {config.GridSize * config.GridSize} patches are taken for a square of "
                + $"{config.ImageSize}x{config.ImageSize} pixels.");
        }

        // The big tensors before memory is taken for them: a damaged shape must not ask for more than the file holds.
        CheckShape(Position, [1, config.Tokens, embedDim]);
        CheckShape(PatchWeight, [embedDim, config.Channels, config.PatchSize, config.PatchSize]);
        CheckShape("head.weight", [config.NumClasses, embedDim]);
        foreach (var layer in Enumerable.Range(0, config.Depth).SelectMany(index => ViT.EncoderLayer(config, index))
            .SelectMany(step => step.Linears))
        {
            CheckShape($"{layer.Name}.weight", [layer.OutFeatures, layer.InFeatures]);
        }

        return config;
    }

    /// <summary>Checks that a tensor is there and has the given sides.</summary>
    public void CheckShape(string name, int[] expected)
    {
        var found = Find(name);

        // Very old timm files hold the patch convolution as a matrix; its rows are the same numbers in the same order.
        bool isFlatPatch = name == PatchWeight
            && found.Shape is [var rows, var columns] && rows == expected[0] && columns == (long)expected[1] * expected[2] * expected[3];
        if (!isFlatPatch && !found.Shape.SequenceEqual(expected.Select(side => (long)side)))
        {
            throw Invalid(name, $"[{string.Join(", ", expected)}]");
        }
    }

    private void Compare(IReadOnlyList<ConfigFact> facts, ViTConfig config, int? ownHeads)
    {
        foreach (var fact in facts)
        {
            if (!fact.IsOfHeads || ownHeads is null)
            {
                ViTFacts.Require(fact, config);
            }
            else if (!ViTFacts.Agrees(fact, config))
            {
                notes.Add($"The file says {ownHeads} heads, {fact.Source} says {fact.Value.GetRawText()}: the file's own were taken.");
            }
        }
    }

    private void RejectUnused()
    {
        bool isDistilled = tensors.Names.Contains("dist_token");
        if (!isDistilled && tensors.Names.FirstOrDefault(name => name.StartsWith("head_dist.", StringComparison.Ordinal)) is { } unused)
        {
            throw tensors.Foreign(tensors.Spell(unused));
        }
    }

    private (int Channels, int PatchSize) Patch()
    {
        long[] shape = Find(PatchWeight).Shape;
        bool isSized = shape.All(side => side is > 0 and <= int.MaxValue);
        if (isSized && shape is [_, var channels, var height, var width] && height == width)
        {
            return ((int)channels, (int)height);
        }

        if (isSized && shape is [_, var patchDim])
        {
            // channels · patchSize²: 3p² is never a square, so that one and three channels cannot be confused.
            long grey = Root(patchDim);
            return grey * grey == patchDim ? (1, (int)grey) : (3, (int)Root(patchDim / 3));
        }

        throw Invalid(PatchWeight, "[embedDim, channels, patchSize, patchSize] or [embedDim, channels · patchSize²]");
    }

    private int Grid(int tokens, int prefixTokens)
    {
        long grid = Root(tokens - prefixTokens);
        if (grid * grid == tokens - prefixTokens && grid > 0)
        {
            return (int)grid;
        }

        long bare = Root(tokens);
        string guess = bare * bare == tokens
            ? " It looks like a network whose prefix tokens have no position (timm's no_embed_class), which is not supported."
            : string.Empty;
        throw new InvalidDataException(
            $"{tensors.Source}: tensor '{tensors.Spell(Position)}' has {tokens} tokens, expected a square number of patches plus "
            + $"{prefixTokens}.{guess}");
    }

    private int Depth()
    {
        var indices = tensors.Names.Where(name => name.StartsWith("blocks.", StringComparison.Ordinal))
            .Select(name => int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture)).ToHashSet();
        int depth = Enumerable.Range(0, indices.Count).TakeWhile(indices.Contains).Count();
        return depth == indices.Count
            ? depth
            : throw new InvalidDataException(
                $"{tensors.Source}: there is no tensor of 'blocks.{depth}', but some of 'blocks.{indices.Max()}'.");
    }

    private int DefaultHeads(int embedDim)
    {
        int heads = SixteenHeads.Contains(embedDim) ? 16 : HeadsOf64(embedDim);
        notes.Add($"Nothing says the number of heads: {heads} heads of {embedDim / heads} features are taken, as is usual for a width of "
            + $"{embedDim}. If the network has another number, its answers are wrong: put a config.json with "
            + "{\"num_attention_heads\": N} beside the file.");
        return heads;
    }

    private float AssumedEps()
    {
        notes.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"Nothing says the epsilon of LayerNorm: {DefaultEps} is taken, timm's. A config.json with {{\"layer_norm_eps\": N}} beside "
            + $"the file says it."));
        return DefaultEps;
    }

    private int HeadsOf64(int embedDim) => embedDim % DefaultHeadDim == 0
        ? embedDim / DefaultHeadDim
        : throw new InvalidDataException(
            $"{tensors.Source}: the number of heads is unknown: {embedDim} features are no multiple of the usual {DefaultHeadDim} a head. "
            + "Put a config.json with {\"num_attention_heads\": N} beside the file.");

    private T? Metadata<T>(string key, Func<string, IFormatProvider, T> parse)
        where T : struct
    {
        if (!tensors.Metadata.TryGetValue(key, out string? text))
        {
            return null;
        }

        try
        {
            return parse(text, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            throw new InvalidDataException($"{tensors.Source}: metadata '{key}' is '{text}', expected a number.", error);
        }
    }

    private int Side(string name, int rank, int axis)
    {
        long[] shape = Find(name).Shape;
        return shape.Length == rank && shape.All(side => side is > 0 and <= int.MaxValue)
            ? (int)shape[axis]
            : throw Invalid(name, $"{rank} sides, none of them 0");
    }

    private TensorEntry Find(string name) => tensors.Find(name)
        ?? throw new InvalidDataException(
            $"{tensors.Source}: tensor '{tensors.Spell(name)}' is missing. Found {tensors.CountInFile} tensors, "
            + $"expected those of {tensors.Describes}.");

    private InvalidDataException Invalid(string name, string expected) =>
        new($"{tensors.Source}: tensor '{tensors.Spell(name)}' is {Find(name).Describe()}, expected {expected}.");

    private static long Root(long square) => (long)Math.Sqrt(Math.Max(square, 0));
}
