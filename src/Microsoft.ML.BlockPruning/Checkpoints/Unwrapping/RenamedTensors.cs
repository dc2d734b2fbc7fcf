using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.Unwrapping;

/// <summary>Some of a file's tensors under other names, the numbers as they are.</summary>
internal sealed class RenamedTensors : ITensorFile
{
    private readonly ITensorFile _file;
    private readonly OrderedDictionary<string, string> _inFile = new(StringComparer.Ordinal);

    /// <summary>Gives tensors other names; those that are not listed are gone.</summary>
    /// <param name="file">The file.</param>
    /// <param name="names">The new name and the one in the file.</param>
    /// <exception cref="InvalidDataException">Two tensors get one name.</exception>
    public RenamedTensors(ITensorFile file, IEnumerable<(string Name, string InFile)> names)
    {
        _file = file;
        foreach (var (name, inFile) in names)
        {
            if (!_inFile.TryAdd(name, inFile))
            {
                throw new InvalidDataException(
                    $"{file.Source}: tensor '{inFile}' and '{_inFile[name]}' both stand for '{name}', expected one of them. Remove the "
                    + "other.");
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
    public IReadOnlyCollection<string> Names => _inFile.Keys;

    /// <inheritdoc/>
    public TensorEntry? Find(string name) =>
        _inFile.TryGetValue(name, out string? inFile) && _file.Find(inFile) is { } entry ? entry with { Name = name } : null;

    /// <inheritdoc/>
    public string NameOnDisk(string name) => _file.NameOnDisk(InFile(name));

    /// <inheritdoc/>
    public bool VerifyChecksum() => _file.VerifyChecksum();

    /// <inheritdoc/>
    public float[] ReadSingles(string name) => _file.ReadSingles(InFile(name));

    /// <inheritdoc/>
    public void ReadSingles(string name, Span<float> destination) => _file.ReadSingles(InFile(name), destination);

    /// <inheritdoc/>
    public int[] ReadInt32s(string name) => _file.ReadInt32s(InFile(name));

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    // A name that is not here is not in the file either, or was left out: the file says that there is none.
    private string InFile(string name) => _inFile.GetValueOrDefault(name, name);
}
