using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What the rows of a table of positions are for.</summary>
/// <param name="Grid">Patches along one side of the images that the table was trained for.</param>
/// <param name="Covered">Prefix tokens, the first of them, that have a row; the others have no position.</param>
internal sealed record ViTPositions(int Grid, int Covered)
{
    /// <summary>Tells by the number of rows, of which the patches take a square number.</summary>
    /// <exception cref="InvalidDataException">They take none.</exception>
    public static ViTPositions Of(ViTTensors tensors, ViTParts parts)
    {
        int rows = tensors.Side(ViTTensors.Position, rank: 3, axis: 1);
        foreach (int covered in Candidates(parts, tensors.Canonical.Style))
        {
            if (Square(rows - covered) is { } grid)
            {
                return new ViTPositions(grid, covered);
            }
        }

        if (!parts.HasClassToken && Square(rows - 1) is not null)
        {
            tensors.Find(ViTTensors.ClassToken); // a row is left over for it
        }

        throw new InvalidDataException(
            $"{tensors.Canonical.Source}: tensor '{tensors.Canonical.Spell(ViTTensors.Position)}' has {rows} tokens, expected a square "
            + $"number of patches plus {parts.PrefixTokens.Count}.");
    }

    // DINOv2's registers came after its positions, so that the class token alone has one; timm leaves the class token without too, or
    // gives all a row. Without registers no two of these are square numbers.
    private static int[] Candidates(ViTParts parts, NamingStyle style) => (parts.PrefixTokens.Count, parts.Registers) switch
    {
        (0, _) => [0],
        (var all, 0) => [all, 0],
        (var all, _) when style is NamingStyle.Timm => [0, all, 1],
        _ => [1, 0],
    };

    private static int? Square(int patches) =>
        ViTTensors.Root(patches) is > 0 and var side && side * side == patches ? (int)side : null;
}
