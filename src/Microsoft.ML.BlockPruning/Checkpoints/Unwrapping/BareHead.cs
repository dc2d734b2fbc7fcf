using System.Text.RegularExpressions;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;

/// <summary>A head inside a Sequential, as of <c>nn.Sequential(nn.Dropout(), nn.Linear(…))</c>: its linear layer is the head.</summary>
internal static partial class BareHead
{
    /// <summary>A file's tensors, the linear layer at a number under a head's name.</summary>
    /// <exception cref="InvalidDataException">There are two linear layers, or a layer of another kind.</exception>
    public static ITensorFile Of(ITensorFile file)
    {
        var inside = file.Names.Select(name => InSequential().Match(name)).Where(match => match.Success)
            .Select(match => (match.Groups["head"].Value, Layer: match.Groups["layer"].Value, Part: match.Groups["part"].Value)).ToList();
        foreach (var head in inside.GroupBy(tensor => tensor.Value, StringComparer.Ordinal))
        {
            RequireOne(file, [.. head.Select(tensor => tensor.Layer).Distinct(StringComparer.Ordinal)]);
        }

        return inside.Count == 0
            ? file
            : new RenamedTensors(file, file.Names.Select(name => (InSequential().Replace(name, "${head}.${part}"), name)));
    }

    private static void RequireOne(ITensorFile file, string[] layers)
    {
        if (layers.Length > 1)
        {
            throw new InvalidDataException(
                $"{file.Source}: the head has two linear layers ('{layers[0]}', '{layers[1]}'); one is supported.");
        }

        if (file.Find($"{layers[0]}.weight") is { Shape.Length: not 2 } other)
        {
            throw new InvalidDataException(
                $"{file.Source}: tensor '{other.Name}' is {other.Describe()}, expected the two sides of a linear layer, the only one in "
                + "the head.");
        }
    }

    [GeneratedRegex(
        @"^(?<layer>(?<head>head|head_dist|heads|heads\.head|head\.fc|classifier|cls_classifier|distillation_classifier|linear_head)"
        + @"\.[0-9]{1,3})\.(?<part>weight|bias)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex InSequential();
}
