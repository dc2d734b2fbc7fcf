using Microsoft.ML.BlockPruning.Checkpoints.Configuration;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What a family is told beside the tensors, and whom it tells what it finds.</summary>
/// <param name="Config">What config.json says; null where there is none.</param>
/// <param name="Heads">Attention heads, as the caller says; null: not said.</param>
/// <param name="ImageSize">Width and height of the images in pixels, as the caller says; null: not said.</param>
/// <param name="PixelSize">Width and height to which the preprocessing in the folder brings an image; null: not said.</param>
/// <param name="Findings">Is told what is found.</param>
internal sealed record Surroundings(CheckpointConfig? Config, int? Heads, int? ImageSize, int? PixelSize, Findings Findings)
{
    /// <summary>Nothing lies around the file.</summary>
    public static Surroundings None => new(null, null, null, null, new Findings());

    /// <summary>What a config.json says of the tensors.</summary>
    public IReadOnlyList<ConfigFact> Facts => Config?.Facts ?? [];

    /// <summary>Those that a family knows; the others are noted, since they say something of another.</summary>
    public IReadOnlyList<ConfigFact> FactsOf<TFigures>(FactTable<TFigures> table)
    {
        string[] unknown = [.. Facts.Where(fact => !table.Knows(fact)).Select(fact => fact.Path)];
        if (unknown.Length > 0)
        {
            Findings.Notes.Add(
                $"{Facts[0].Source} has keys that networks of this family have not, and that were passed over: "
                + $"{string.Join(", ", unknown)}.");
        }

        return [.. Facts.Where(table.Knows)];
    }
}
