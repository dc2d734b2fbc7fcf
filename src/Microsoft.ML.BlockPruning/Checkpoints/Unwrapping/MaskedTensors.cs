using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;

/// <summary>What <c>torch.nn.utils.prune</c> leaves: <c>weight_orig</c> and <c>weight_mask</c>, whose product is the weight.</summary>
internal sealed class MaskedTensors : ITensorFile
{
    private const string Original = "_orig";
    private const string Mask = "_mask";

    private readonly ITensorFile _file;
    private readonly HashSet<string> _masked = new(StringComparer.Ordinal);
    private readonly List<string> _names = [];

    private MaskedTensors(ITensorFile file)
    {
        _file = file;
        foreach (string name in file.Names)
        {
            if (name.EndsWith(Original, StringComparison.Ordinal) && file.Find(MaskOf(name)) is { } mask)
            {
                Add(name[..^Original.Length], file.Find(name)!, mask);
            }
            else if (!name.EndsWith(Mask, StringComparison.Ordinal) || file.Find($"{name[..^Mask.Length]}{Original}") is null)
            {
                _names.Add(name);
            }
        }
    }

    /// <inheritdoc/>
    public string Source => _file.Source;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <inheritdoc/>
    public IReadOnlyList<string> Notes => _file.Notes;

    /// <inheritdoc/>
    public IReadOnlyCollection<string> Names => _names;

    /// <summary>A file's tensors, those with masks multiplied by them; the file itself where it has none.</summary>
    /// <param name="file">The file.</param>
    /// <param name="notes">Is told that there were masks.</param>
    /// <exception cref="InvalidDataException">A mask does not fit its tensor.</exception>
    public static ITensorFile Of(ITensorFile file, List<string> notes)
    {
        if (!file.Names.Any(name => name.EndsWith(Original, StringComparison.Ordinal)))
        {
            return file;
        }

        var masked = new MaskedTensors(file);
        if (masked._masked.Count == 0)
        {
            return file;
        }

        notes.Add($"{masked._masked.Count} weights of the file have masks of torch.nn.utils.prune: each was multiplied by its own.");
        return masked;
    }

    /// <inheritdoc/>
    public TensorEntry? Find(string name) =>
        _masked.Contains(name) ? _file.Find(name + Original)! with { Name = name } : _file.Find(name);

    /// <inheritdoc/>
    public string NameOnDisk(string name) => _masked.Contains(name)
        ? _file.NameOnDisk(name + Original)[..^Original.Length]
        : _file.NameOnDisk(name);

    /// <inheritdoc/>
    public bool VerifyChecksum() => _file.VerifyChecksum();

    /// <inheritdoc/>
    public float[] ReadSingles(string name)
    {
        if (!_masked.Contains(name))
        {
            return _file.ReadSingles(name);
        }

        float[] values = _file.ReadSingles(name + Original);
        Multiply(values, name);
        return values;
    }

    /// <inheritdoc/>
    public void ReadSingles(string name, Span<float> destination)
    {
        bool isMasked = _masked.Contains(name);
        _file.ReadSingles(isMasked ? name + Original : name, destination);
        if (isMasked)
        {
            Multiply(destination, name);
        }
    }

    /// <inheritdoc/>
    public int[] ReadInt32s(string name) => _file.ReadInt32s(name);

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static string MaskOf(string original) => $"{original[..^Original.Length]}{Mask}";

    private void Add(string name, TensorEntry original, TensorEntry mask)
    {
        if (!mask.Shape.SequenceEqual(original.Shape) || _file.Find(name) is not null)
        {
            throw new InvalidDataException(
                $"{_file.Source}: tensor '{original.Name}' is {original.Describe()} and its mask '{mask.Name}' {mask.Describe()}, expected "
                + $"the same sides, and no '{name}' beside them.");
        }

        _masked.Add(name);
        _names.Add(name);
    }

    private void Multiply(Span<float> values, string name)
    {
        float[] mask = _file.ReadSingles(name + Mask);
        System.Numerics.Tensors.TensorPrimitives.Multiply(values, mask, values);
    }
}
