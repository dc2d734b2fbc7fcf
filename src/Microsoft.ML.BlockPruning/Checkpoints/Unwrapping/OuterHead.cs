using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;

/// <summary>A classifier beside the module that holds the network: <c>self.backbone = …; self.head = nn.Linear(…)</c>.</summary>
internal static partial class OuterHead
{
    /// <summary>Names of a file's tensors outside the network's prefix, and what they are to be called.</summary>
    /// <param name="source">The file, for messages.</param>
    /// <param name="prefix">Before the network's names.</param>
    /// <param name="patch">The patch embedding's name without it, which tells whose names these are.</param>
    /// <param name="names">All of the file.</param>
    /// <exception cref="InvalidDataException">The network has a classifier of its own too: nothing tells which is meant.</exception>
    public static IReadOnlyDictionary<string, string> Of(string source, string prefix, string patch, IEnumerable<string> names)
    {
        var outer = names.Where(name => !name.StartsWith(prefix, StringComparison.Ordinal) && Head().IsMatch(name)).ToList();
        string? inner = names.FirstOrDefault(
            name => name.StartsWith(prefix, StringComparison.Ordinal) && Head().IsMatch(name[prefix.Length..]));
        if (outer.Count > 0 && inner is not null)
        {
            throw new InvalidDataException(
                $"{source}: '{inner}' and '{outer[0]}' are two classifiers, and nothing tells which one is meant. Save the network with "
                + "one.");
        }

        string head = patch switch
        {
            "conv_proj.weight" => "heads.head",
            _ when patch.Contains("embeddings.", StringComparison.Ordinal) => "classifier",
            _ => "head",
        };
        return outer.ToDictionary(name => name, name => $"{head}{Head().Match(name).Groups["rest"].Value}", StringComparer.Ordinal);
    }

    // A Sequential's number may stand in between.
    [GeneratedRegex(
        @"^(?:heads\.head|heads|head|classifier|cls_classifier|fc)(?<rest>(?:\.[0-9]+)?\.(?:weight|bias))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Head();
}
