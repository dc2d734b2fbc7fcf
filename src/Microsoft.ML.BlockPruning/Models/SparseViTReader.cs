using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Models;

/// <summary>Reads a <see cref="SparseViT"/> as its writer writes it, and checks every shape, index and sum.</summary>
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

    /// <summary>Whether a stream begins as such a file does, and as no other program's; reads no tensor.</summary>
    public static bool Takes(Stream stream)
    {
        try
        {
            using var file = SafetensorsFile.Read(stream);
            return SparseViTMetadata.IsIn(file);
        }
        catch (InvalidDataException)
        {
            return false; // for whoever reads such files to say
        }
    }

    private SparseViT Read()
    {
        bool isVerified = _file.VerifyChecksum();
        var metadata = SparseViTMetadata.ReadFrom(_file);
        var spec = metadata.Spec;
        new SparseViTShapes(_file).Check(spec); // what the metadata claims takes memory only where the file has tensors for it
        _format = FormatOf(spec);
        var preprocessing = metadata.ToPreprocessing(_file.Source);
        var weights = new SparseWeights();
        foreach (var part in spec.Parts)
        {
            Read(part, weights);
        }

        if (_unread.Count > 0)
        {
            string first = _unread.Min(StringComparer.Ordinal)!;
            throw new InvalidDataException($"{_file.Source}: {_unread.Count} of its tensors are not the network's, such as '{first}'.");
        }

        return new SparseViT(spec, preprocessing, metadata.Labels, weights)
        {
            WeightFormat = _format,
            Formats = FormatMetadata.ReadFrom(_file, spec),
            Notes = SparseViTMetadata.NotesIn(_file),
            IsVerified = isVerified,
        };
    }

    private void Read(NetworkPart part, SparseWeights weights)
    {
        switch (part)
        {
            case FreePart free:
                weights.Add(free.Name, Read(free.Name));
                break;
            case NormPart norm:
                weights.Add(ReadNorm(norm.Norm));
                break;
            case LinearPart { IsPrunable: true } linear:
                weights.Add(ReadSparse(linear.Linear));
                break;
            case LinearPart linear:
                weights.Add(ReadDense(linear.Linear));
                break;
        }
    }

    private SparseLinear ReadSparse(LinearSpec layer)
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
    private NumberFormat FormatOf(NetworkSpec spec)
    {
        var matrices = spec.Parts.OfType<LinearPart>().Select(part => TensorNames.Weight(part.Linear.Name))
            .Select(weight => _file.Tensors.GetValueOrDefault(weight) ?? _file.Tensors[TensorNames.Values(weight)]).ToList();
        return matrices[0].DType.Format() is { } format && matrices.TrueForAll(
            tensor => tensor.DType == matrices[0].DType && CodedNumbers.CanHold(tensor.Elements, format))
            ? format
            : NumberFormat.Float32;
    }

    private LinearWeights ReadDense(LinearSpec layer)
    {
        var linear = new LinearWeights(layer.Name, layer.OutFeatures, layer.InFeatures);
        Read(TensorNames.Weight(layer.Name), linear.Weight);
        Read(TensorNames.Bias(layer.Name), linear.Bias);
        return linear;
    }

    private LayerNormWeights ReadNorm(NormSpec spec)
    {
        var norm = new LayerNormWeights(spec.Name, spec.Features);
        Read(TensorNames.Weight(spec.Name), norm.Scale);
        Read(TensorNames.Bias(spec.Name), norm.Offset);
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
