using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>The canonical tensors of a ViT and its kin, by what is asked of their shapes.</summary>
/// <remarks>Every complaint calls a tensor as its file does.</remarks>
internal sealed class ViTTensors(CanonicalTensors tensors)
{
    public const string PatchWeight = "patch_embed.proj.weight";
    public const string PatchBias = "patch_embed.proj.bias";
    public const string Position = "pos_embed";
    public const string ClassToken = "cls_token";
    public const string DistillationToken = "dist_token";
    public const string Registers = "reg_token";
    public const string Head = "head";
    public const string DistillationHead = "head_dist";

    /// <summary>The second half of a head that reads class token and patches; no file has it apart.</summary>
    public const string PatchesHead = "head_patches";

    private const string Layers = "blocks.";

    /// <summary>What the file has.</summary>
    public CanonicalTensors Canonical => tensors;

    /// <summary>Whether the file has a tensor, or a part of it.</summary>
    public bool Has(string name) => tensors.Names.Contains(name);

    /// <summary>Whether the file has a tensor of a layer.</summary>
    /// <param name="layer">Its name without <c>.weight</c> and <c>.bias</c>.</param>
    public bool HasLayer(string layer) => Has($"{layer}.weight") || Has($"{layer}.bias");

    /// <summary>Whether any encoder layer has a tensor.</summary>
    /// <param name="part">The name behind the layer's number.</param>
    public bool HasInLayers(string part) =>
        tensors.Names.Any(name => name.StartsWith(Layers, StringComparison.Ordinal) && name.EndsWith($".{part}", StringComparison.Ordinal));

    /// <summary>A tensor of an encoder layer.</summary>
    public static string InLayer(int index, string part) => string.Create(CultureInfo.InvariantCulture, $"{Layers}{index}.{part}");

    /// <summary>A tensor's type and shape.</summary>
    /// <exception cref="InvalidDataException">The file lacks it.</exception>
    public TensorEntry Find(string name) => tensors.Find(name)
        ?? throw new InvalidDataException(
            $"{tensors.Source}: tensor '{tensors.Spell(name)}' is missing. Found {tensors.CountInFile} tensors, "
            + $"expected those of {tensors.Describes}.");

    /// <summary>A side of a tensor of so many sides.</summary>
    public int Side(string name, int rank, int axis)
    {
        long[] shape = Find(name).Shape;
        return shape.Length == rank && shape.All(side => side is > 0 and <= int.MaxValue)
            ? (int)shape[axis]
            : throw Invalid(name, $"{rank} sides, none of them 0");
    }

    /// <summary>Checks that a tensor is there and has the given sides.</summary>
    public void CheckShape(string name, params IReadOnlyList<int> expected)
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

    /// <summary>Channels of the image and side of a patch.</summary>
    public (int Channels, int PatchSize) Patch()
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

    /// <summary>Encoder layers.</summary>
    public int Depth()
    {
        var indices = tensors.Names.Where(name => name.StartsWith(Layers, StringComparison.Ordinal))
            .Select(name => int.Parse(name.Split('.')[1], CultureInfo.InvariantCulture)).ToHashSet();
        int depth = Enumerable.Range(0, indices.Count).TakeWhile(indices.Contains).Count();
        return depth == indices.Count
            ? depth
            : throw new InvalidDataException(
                $"{tensors.Source}: there is no tensor of 'blocks.{depth}', but some of 'blocks.{indices.Max()}'.");
    }

    /// <summary>What to say of a tensor that does not fit.</summary>
    public InvalidDataException Invalid(string name, string expected) =>
        new($"{tensors.Source}: tensor '{tensors.Spell(name)}' is {Find(name).Describe()}, expected {expected}.");

    /// <summary>The whole part of a square root.</summary>
    public static long Root(long square) => (long)Math.Sqrt(Math.Max(square, 0));
}
