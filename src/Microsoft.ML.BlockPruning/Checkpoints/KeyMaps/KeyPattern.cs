using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>
/// Names of tensors with holes: <c>{N}</c> for a layer's number, <c>{M}</c> for a second number, <c>{P}</c> for <c>weight</c> or
/// <c>bias</c>, <c>{*}</c> for anything, in names that are passed over.
/// </summary>
/// <param name="text">Such as <c>layers.{N}.blocks.{M}.norm1.{P}</c>, each hole once at most.</param>
internal sealed class KeyPattern(string text)
{
    private const string Number = "{N}";
    private const string Second = "{M}";
    private const string Part = "{P}";

    // A number is written in one way, or two names would stand for one layer.
    private const string Digits = "0|[1-9][0-9]{0,3}";

    private readonly string _begin = text.Split('{')[0]; // most names are of other rows: this says so without an expression

    private readonly Lazy<Regex> _regex = new(() => new Regex(
        $@"^{Regex.Escape(text).Replace(@"\{N}", $"(?<n>{Digits})", StringComparison.Ordinal)
            .Replace(@"\{M}", $"(?<m>{Digits})", StringComparison.Ordinal)
            .Replace(@"\{P}", "(?<p>weight|bias)", StringComparison.Ordinal)
            .Replace(@"\{\*}", ".+", StringComparison.Ordinal)}\z",
        RegexOptions.CultureInvariant));

    /// <summary>What stands in the holes of a name; null where the name is another.</summary>
    public KeyHoles? Match(string name)
    {
        if (!name.StartsWith(_begin, StringComparison.Ordinal))
        {
            return null;
        }

        var match = _regex.Value.Match(name);
        return match.Success ? new KeyHoles(match.Groups["n"].Value, match.Groups["p"].Value, match.Groups["m"].Value) : null;
    }

    /// <summary>The name with these holes.</summary>
    public string Fill(KeyHoles holes) => text.Replace(Number, holes.Number, StringComparison.Ordinal)
        .Replace(Second, holes.Second, StringComparison.Ordinal).Replace(Part, holes.Part, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => text;
}

/// <summary>What stands in a pattern's holes; empty where it has none.</summary>
/// <param name="Number">A layer's number, without leading zeros: of a stage where there is a second one.</param>
/// <param name="Part"><c>weight</c> or <c>bias</c>.</param>
/// <param name="Second">A second number, such as a block's in its stage.</param>
internal sealed record KeyHoles(string Number, string Part, string Second = "");
