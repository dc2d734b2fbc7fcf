using System.Text.RegularExpressions;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;

/// <summary>Takes off what training programs put around a network's names: a prefix, masks, a Sequential around the head.</summary>
internal static partial class WrappedNames
{
    private const int Shown = 3;

    // DataParallel's and torch.compile's, in any order.
    private static readonly string[] Leading = ["module.", "_orig_mod."];

    // Buffers that are counted out of the weights again.
    private static readonly string[] Buffers = ["num_batches_tracked", "position_ids", "relative_position_index"];

    /// <summary>A file's tensors as the network's own program would have saved them.</summary>
    /// <param name="file">The file.</param>
    /// <param name="notes">Is told what was taken off, and what was passed over.</param>
    /// <exception cref="InvalidDataException">Two tensors get one name, there are two networks, or a head of two layers.</exception>
    public static ITensorFile TakeOff(ITensorFile file, List<string> notes)
    {
        file = WithoutBuffers(WithoutLeading(file));
        file = MaskedTensors.Of(file, notes);
        return BareHead.Of(WithoutPrefix(file, notes));
    }

    private static ITensorFile WithoutLeading(ITensorFile file) => file.Names.Any(name => Bare(name) != name)
        ? new RenamedTensors(file, file.Names.Select(name => (Bare(name), name)))
        : file;

    private static ITensorFile WithoutBuffers(ITensorFile file) => file.Names.Any(IsBuffer)
        ? new RenamedTensors(file, file.Names.Where(name => !IsBuffer(name)).Select(name => (name, name)))
        : file;

    /// <summary>What stands before the patch embedding is the place of the network in another module.</summary>
    private static ITensorFile WithoutPrefix(ITensorFile file, List<string> notes)
    {
        Match[] patches = [.. file.Names.Select(name => PatchEmbedding().Match(name)).Where(match => match.Success)];
        string[] prefixes = [.. patches.Select(match => match.Groups["prefix"].Value).Distinct(StringComparer.Ordinal)];
        if (prefixes.Length > 1)
        {
            throw new InvalidDataException(
                $"{file.Source}: it holds {prefixes.Length} networks, as '{prefixes[0]}' and '{prefixes[1]}' before their patch embeddings "
                + "say. Save the one that is meant.");
        }

        if (prefixes is not [{ Length: > 0 } prefix])
        {
            return file;
        }

        var outer = OuterHead.Of(file.Source, prefix, patches[0].Value[prefix.Length..], file.Names);
        string[] others =
        [
            .. file.Names.Where(
                name => !name.StartsWith(prefix, StringComparison.Ordinal) && !IsLinearHead(name) && !outer.ContainsKey(name)),
        ];
        string passedOver = others.Length == 0
            ? ""
            : $"; {others.Length} tensors without it were passed over: {string.Join(", ", others.Take(Shown))}"
                + (others.Length > Shown ? " …" : "");
        string classifier = outer.Count == 0 ? "" : $"; '{outer.Keys.First()}' beside it was taken for its classifier";
        notes.Add($"The prefix '{prefix}' was taken off the tensors' names{classifier}{passedOver}.");
        var kept = file.Names.Except(others, StringComparer.Ordinal);
        return new RenamedTensors(file, kept.Select(
            name => (IsLinearHead(name) ? name : outer.GetValueOrDefault(name) ?? name[prefix.Length..], name)));
    }

    private static string Bare(string name)
    {
        while (Leading.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
        {
            name = name[prefix.Length..];
        }

        return name;
    }

    private static bool IsBuffer(string name) =>
        Buffers.Any(buffer => name == buffer || name.EndsWith($".{buffer}", StringComparison.Ordinal));

    // DINOv2's classifiers have it beside the backbone that it reads.
    private static bool IsLinearHead(string name) => name is "linear_head.weight" or "linear_head.bias";

    // Of every program whose names are read; what is a part of these names is no prefix.
    [GeneratedRegex(
        @"^(?<prefix>(?:.*\.)?)(?:patch_embed\.proj|conv_proj|features\.0\.0"
        + @"|(?:vit|deit|dinov2|dinov2_with_registers|swin)\.embeddings\.patch_embeddings\.projection"
        + @"|vision_model\.embeddings\.patch_embedding)\.weight\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex PatchEmbedding();
}
