namespace Microsoft.ML.BlockPruning.Benchmarks.Ablation;

/// <summary>The rows of a file, those of earlier runs first: a row that is there is not computed again.</summary>
internal sealed class AblationTable
{
    private readonly string? _path;
    private readonly List<AblationRow> _rows = [];
    private readonly HashSet<(string Network, long Seed, string Method, double Keep, string Block, bool FineTuned)> _keys = [];

    /// <summary>Reads the rows that the file holds.</summary>
    /// <param name="file">null: nothing is kept.</param>
    /// <exception cref="InvalidDataException">The file is no result of this benchmark.</exception>
    public AblationTable(FileInfo? file)
    {
        _path = file?.FullName;
        if (file is { Exists: true })
        {
            _rows.AddRange(ResultFile.Read<AblationRow>(file.FullName));
            _keys.UnionWith(_rows.Select(row => (row.Network, row.Seed, row.Method, row.Keep, row.Block, row.FineTuned)));
        }
    }

    public int Count => _rows.Count;

    /// <summary>Whether a row of a network without fine-tuning is there.</summary>
    public bool Contains(string network, long seed, AblationMethod method, double keep, string block) =>
        _keys.Contains((network, seed, method.ToString(), keep, block, false));

    /// <summary>Adds a row and writes the file.</summary>
    public void Add(AblationRow row)
    {
        _rows.Add(row);
        if (_path is not null)
        {
            ResultFile.Write(_path, Environment.ProcessorCount, _rows);
        }
    }
}
