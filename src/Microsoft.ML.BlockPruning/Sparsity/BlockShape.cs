using System.Globalization;

namespace Microsoft.ML.BlockPruning.Sparsity;

/// <summary>Height and width of the weight tiles that pruning removes: rows are output features, columns input features.</summary>
/// <remarks>Any shape is allowed; at a weight's right and bottom edge blocks are cut to the weight (ragged edge).</remarks>
public readonly struct BlockShape : IEquatable<BlockShape>
{
    /// <summary>Creates a shape.</summary>
    /// <param name="height">Output features (rows) of a block.</param>
    /// <param name="width">Input features (columns) of a block.</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is not positive.</exception>
    public BlockShape(int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        Height = height;
        Width = width;
    }

    /// <summary>Output features (rows) of a block.</summary>
    public int Height { get; }

    /// <summary>Input features (columns) of a block.</summary>
    public int Width { get; }

    /// <summary>Compares two shapes.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether height and width are equal.</returns>
    public static bool operator ==(BlockShape left, BlockShape right) => left.Equals(right);

    /// <summary>Compares two shapes.</summary>
    /// <param name="left">One shape.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether height or width differ.</returns>
    public static bool operator !=(BlockShape left, BlockShape right) => !left.Equals(right);

    /// <summary>Reads a shape as people type it.</summary>
    /// <param name="text">Height x width, such as <c>16x32</c>, or one number for a square.</param>
    /// <returns>The shape.</returns>
    /// <exception cref="FormatException">The text is not of that form.</exception>
    public static BlockShape Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string[] sides = text.Split('x', 'X');
        if (sides.Length is 1 or 2 && TrySide(sides[0], out int height) && TrySide(sides[^1], out int width))
        {
            return new BlockShape(height, width);
        }

        throw new FormatException($"'{text}' is not a block shape: write height x width in weights, such as 16x16 or 32x64.");
    }

    /// <inheritdoc/>
    public bool Equals(BlockShape other) => Height == other.Height && Width == other.Width;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is BlockShape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Height, Width);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Height}x{Width}");

    private static bool TrySide(string text, out int side) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0;
}
