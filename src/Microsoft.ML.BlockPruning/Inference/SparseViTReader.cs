using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Inference;

/// <summary>Reads a <see cref="SparseViT"/> as <see cref="SparseViTWriter"/> writes it, every shape and index checked.</summary>
/// <remarks>A file with a tensor that the network does not use is refused: nothing is silently passed over.</remarks>
internal sealed class SparseViTReader
{
    private readonly SafetensorsFile _file;
    private readonly HashSet<string> _unread;

    private SparseViTReader(SafetensorsFile file)
    {
        _file = file;
        _unread = [.. file.Tensors.Keys];
    }

    public static SparseViT Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var file = SafetensorsFile.Read(stream, "The network's file");
        return new SparseViTReader(file).Read();
    }

    private SparseViT Read()
    {
        var metadata = SparseViTMetadata.ReadFrom(_file);
        var config = metadata.ToConfig(_file.Source);
        var preprocessing = metadata.ToPreprocessing(_file.Source);
        int d = config.EmbedDim;
        var embedding = new SparseEmbedding(
            ReadLinear("patch_embed.proj", d, config.PatchDim, TensorNames.PatchShape(config)),
            Read(TensorNames.ClassToken, 1, 1, d),
            config.IsDistilled ? Read(TensorNames.DistillationToken, 1, 1, d) : null,
            Read(TensorNames.Position, 1, config.Tokens, d));
        SparseEncoderLayer[] layers = [.. Enumerable.Range(0, config.Depth).Select(index => ReadLayer(config, index))];
        var norm = ReadNorm("norm", d);
        string[] heads = config.IsDistilled ? ["head", "head_dist"] : ["head"];
        LinearWeights[] linears = [.. heads.Select(name => ReadLinear(name, config.NumClasses, d, config.NumClasses, d))];
        if (_unread.Count > 0)
        {
            throw new InvalidDataException(
                $"{_file.Source}: the network has no use for {_unread.Count} of its tensors, such as "
                + $"'{_unread.Order(StringComparer.Ordinal).First()}'.");
        }

        return new SparseViT(config, preprocessing, metadata.Labels, embedding, layers, norm, linears);
    }

    private SparseEncoderLayer ReadLayer(ViTConfig config, int index)
    {
        SparseLinear[] linears = [.. LinearShape.OfEncoderLayer(config, index).Select(ReadSparse)];
        return new SparseEncoderLayer(
            ReadNorm($"blocks.{index}.norm1", config.EmbedDim), linears[0], linears[1], ReadNorm($"blocks.{index}.norm2", config.EmbedDim),
            linears[2], linears[3]);
    }

    private SparseLinear ReadSparse(LinearShape layer)
    {
        string weight = TensorNames.Weight(layer.Name);
        float[] bias = Read(TensorNames.Bias(layer.Name), layer.OutFeatures);
        if (_file.Tensors.ContainsKey(weight))
        {
            float[] dense = Read(weight, layer.OutFeatures, layer.InFeatures);
            return SparseLinear.FromDense(layer.Name, layer.OutFeatures, layer.InFeatures, dense, bias, mask: null);
        }

        try
        {
            float[] values = ReadAnyShape(TensorNames.Values(weight), out long[] shape);
            if (shape is not [_, > 0 and <= int.MaxValue, > 0 and <= int.MaxValue])
            {
                throw new InvalidDataException($"its values are [{string.Join(", ", shape)}], expected [blocks, height, width]");
            }

            var matrix = BlockSparseMatrix.FromParts(
                layer.OutFeatures, layer.InFeatures, new BlockShape((int)shape[1], (int)shape[2]),
                ReadIndices(TensorNames.CrowIndices(weight)), ReadIndices(TensorNames.ColIndices(weight)), values);
            return new SparseLinear(layer.Name, matrix, bias);
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"{_file.Source}: block-sparse weight '{weight}': {error.Message}", error);
        }
    }

    private LinearWeights ReadLinear(string name, int outFeatures, int inFeatures, params int[] shape)
    {
        var linear = new LinearWeights(name, outFeatures, inFeatures);
        Read(TensorNames.Weight(name), shape).CopyTo(linear.Weight, 0);
        Read(TensorNames.Bias(name), outFeatures).CopyTo(linear.Bias, 0);
        return linear;
    }

    private LayerNormWeights ReadNorm(string name, int features)
    {
        var norm = new LayerNormWeights(name, features);
        Read(TensorNames.Weight(name), features).CopyTo(norm.Scale, 0);
        Read(TensorNames.Bias(name), features).CopyTo(norm.Offset, 0);
        return norm;
    }

    private float[] Read(string name, params int[] shape)
    {
        float[] values = ReadAnyShape(name, out long[] found);
        return found.SequenceEqual(shape.Select(side => (long)side))
            ? values
            : throw new InvalidDataException(
                $"{_file.Source}: tensor '{name}' is [{string.Join(", ", found)}], expected [{string.Join(", ", shape)}].");
    }

    private float[] ReadAnyShape(string name, out long[] shape)
    {
        float[] values = _file.ReadSingles(name);
        shape = _file.Tensors[name].Shape;
        _unread.Remove(name);
        int bad = Array.FindIndex(values, value => !float.IsFinite(value));
        return bad < 0
            ? values
            : throw new InvalidDataException(string.Create(
                CultureInfo.InvariantCulture,
                $"{_file.Source}: tensor '{name}' holds {values[bad]} at element {bad} (row-major), expected finite weights."));
    }

    private int[] ReadIndices(string name)
    {
        int[] values = _file.ReadInt32s(name);
        _unread.Remove(name);
        return values;
    }
}
