using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Reads a <see cref="SparseViT"/> as <see cref="SparseViTWriter"/> writes it, and checks every shape, index and sum.</summary>
/// <remarks>A file with a tensor that the network does not use is refused: nothing is silently passed over.</remarks>
internal sealed class SparseViTReader
{
    /// <summary>What messages call a file without a name.</summary>
    public const string AnySource = "The network's file";

    private readonly SafetensorsFile _file;
    private readonly HashSet<string> _unread;
    private NumberFormat _format;

    private SparseViTReader(SafetensorsFile file)
    {
        _file = file;
        _unread = [.. file.Tensors.Keys];
    }

    /// <summary>Reads from a stream's position to its end.</summary>
    /// <param name="stream">Stays open.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="InvalidDataException">It is damaged or no such file; says what and where.</exception>
    public static SparseViT Read(Stream stream, string source = AnySource)
    {
        ArgumentNullException.ThrowIfNull(stream);
        using var file = SafetensorsFile.Read(stream, source);
        return new SparseViTReader(file).Read();
    }

    private SparseViT Read()
    {
        bool isVerified = _file.VerifyChecksum();
        var metadata = SparseViTMetadata.ReadFrom(_file);
        var config = metadata.ToConfig(_file.Source);
        new SparseViTShapes(_file).Check(config); // what the metadata claims takes memory only where the file has tensors for it
        _format = FormatOf(config);
        var preprocessing = metadata.ToPreprocessing(_file.Source);
        int d = config.EmbedDim;
        var embedding = new SparseEmbedding(
            ReadLinear("patch_embed.proj", d, config.PatchDim),
            Read(TensorNames.ClassToken),
            config.IsDistilled ? Read(TensorNames.DistillationToken) : null,
            Read(TensorNames.Position));
        SparseEncoderLayer[] layers = [.. Enumerable.Range(0, config.Depth).Select(index => ReadLayer(config, index))];
        var norm = ReadNorm("norm", d);
        LinearWeights[] linears = [.. TensorNames.Heads(config).Select(name => ReadLinear(name, config.NumClasses, d))];
        if (_unread.Count > 0)
        {
            string first = _unread.Min(StringComparer.Ordinal)!;
            throw new InvalidDataException($"{_file.Source}: {_unread.Count} of its tensors are not the network's, such as '{first}'.");
        }

        return new SparseViT(config, preprocessing, metadata.Labels, embedding, layers, norm, linears)
        {
            WeightFormat = _format,
            Notes = SparseViTMetadata.NotesIn(_file),
            IsVerified = isVerified,
        };
    }

    private SparseEncoderLayer ReadLayer(ViTConfig config, int index)
    {
        SparseLinear[] linears = [.. LinearShape.OfEncoderLayer(config, index).Select(ReadSparse)];
        return new SparseEncoderLayer(
            ReadNorm($"blocks.{index}.norm1", config.EmbedDim),
            linears[0],
            linears[1],
            ReadNorm($"blocks.{index}.norm2", config.EmbedDim),
            linears[2],
            linears[3]);
    }

    private SparseLinear ReadSparse(LinearShape layer)
    {
        string weight = TensorNames.Weight(layer.Name);
        float[] bias = Read(TensorNames.Bias(layer.Name));
        if (_file.Tensors.ContainsKey(weight))
        {
            return SparseLinear.FromDense(layer.Name, layer.OutFeatures, layer.InFeatures, Read(weight), bias, mask: null).In(_format);
        }

        try
        {
            long[] shape = _file.Tensors[TensorNames.Values(weight)].Shape;
            var matrix = BlockSparseMatrix.FromParts(
                layer.OutFeatures, layer.InFeatures, new BlockShape((int)shape[1], (int)shape[2]),
                ReadIndices(TensorNames.CrowIndices(weight)), ReadIndices(TensorNames.ColIndices(weight)),
                Read(TensorNames.Values(weight)));
            return new SparseLinear(layer.Name, matrix, bias).In(_format);
        }
        catch (Exception error) when (error is InvalidDataException or ArgumentOutOfRangeException)
        {
            throw new InvalidDataException($"{_file.Source}: block-sparse weight '{weight}': {error.Message}", error);
        }
    }

    /// <summary>The format that all matrices have.</summary>
    /// <remarks>A file of several, or of a type that is no format, is taken as float32: nothing that it holds is lost.</remarks>
    private NumberFormat FormatOf(ViTConfig config)
    {
        var matrices = LinearShape.OfPrunableLayers(config).Select(layer => layer.Name)
            .Concat(TensorNames.Heads(config)).Append("patch_embed.proj").Select(TensorNames.Weight)
            .Select(weight => _file.Tensors.GetValueOrDefault(weight) ?? _file.Tensors[TensorNames.Values(weight)]).ToList();
        return matrices[0].DType.Format() is { } format && matrices.TrueForAll(
            tensor => tensor.DType == matrices[0].DType && CodedNumbers.CanHold(tensor.Elements, format))
            ? format
            : NumberFormat.Float32;
    }

    private LinearWeights ReadLinear(string name, int outFeatures, int inFeatures)
    {
        var linear = new LinearWeights(name, outFeatures, inFeatures);
        Read(TensorNames.Weight(name), linear.Weight);
        Read(TensorNames.Bias(name), linear.Bias);
        return linear;
    }

    private LayerNormWeights ReadNorm(string name, int features)
    {
        var norm = new LayerNormWeights(name, features);
        Read(TensorNames.Weight(name), norm.Scale);
        Read(TensorNames.Bias(name), norm.Offset);
        return norm;
    }

    private float[] Read(string name) => RequireFinite(name, _file.ReadSingles(name));

    private void Read(string name, float[] destination)
    {
        _file.ReadSingles(name, destination);
        RequireFinite(name, destination);
    }

    private float[] RequireFinite(string name, float[] values)
    {
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
