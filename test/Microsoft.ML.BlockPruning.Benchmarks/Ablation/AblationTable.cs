namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>The rows of a file, those of earlier runs first: a row that is there is not computed again.</summary>
internal sealed class AblationTable
{
    private readonly string? _path;
    private readonly List<AblationRow> _rows = [];
    private readonly HashSet<AblationKey> _keys = [];

    /// <summary>Reads the rows that the file holds.</summary>
    /// <param name="file">null: nothing is kept.</param>
    /// <exception cref="InvalidDataException">The file is no result of this benchmark.</exception>
    public AblationTable(FileInfo? file)
    {
        _path = file?.FullName;
        if (file is { Exists: true })
        {
            _rows.AddRange(ResultFile.Read<AblationRow>(file.FullName));
            _keys.UnionWith(_rows.Select(row => row.Key));
        }
    }

    public int Count => _rows.Count;

    /// <summary>Whether a row is there.</summary>
    public bool Contains(AblationKey key) => _keys.Contains(key);

    /// <summary>Adds a row and writes the file.</summary>
    public void Add(AblationRow row)
    {
        _rows.Add(row);
        _keys.Add(row.Key);
        if (_path is not null)
        {
            ResultFile.Write(_path, Environment.ProcessorCount, _rows);
        }
    }
}
