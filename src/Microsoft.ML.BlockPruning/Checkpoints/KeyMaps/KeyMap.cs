namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>What one program calls the tensors of a network, as rows; whatever no row takes is foreign.</summary>
/// <param name="Describes">Whose names these are, as messages say it: "a ViT or DeiT classifier with timm's names".</param>
/// <param name="Expected">The names as messages list them.</param>
/// <param name="Rows">
/// The rows; their order means nothing. A name may feed several, each of which makes another canonical tensor of it; a canonical tensor is
/// made by one.
/// </param>
internal sealed record KeyMap(string Describes, string Expected, IReadOnlyList<KeyRow> Rows)
{
    /// <summary>Whose names these are, for what they let a family assume.</summary>
    public NamingStyle Style { get; init; } = NamingStyle.Timm;

    /// <summary>Whether a row takes a name.</summary>
    public bool Takes(string name) => Takers(name).Any();

    /// <summary>The rows that take a name, each with the place of the name in it; none for a foreign name.</summary>
    public IEnumerable<(KeyRow Row, int Place, KeyHoles Holes)> Takers(string name) =>
        from row in Rows
        from place in Enumerable.Range(0, row.Patterns.Count)
        let holes = row.Patterns[place].Match(name)
        where holes is not null
        select (row, place, holes);

    /// <summary>What the file calls a canonical tensor, or would: the names of all that it is made of.</summary>
    public string Spell(string canonical)
    {
        var spelt =
            from row in Rows
            let holes = row.Canonical?.Match(canonical)
            where holes is not null
            select string.Join("' + '", row.Patterns.Select(pattern => pattern.Fill(holes)));
        return spelt.FirstOrDefault() ?? canonical;
    }
}

/// <summary>How tensors of a file become one canonical tensor, or that they are passed over.</summary>
/// <param name="Canonical">The canonical name; null where the tensors are passed over.</param>
/// <param name="Patterns">The names in the file, in the order in which the transform takes them.</param>
/// <param name="Transform">What is done to them.</param>
internal sealed record KeyRow(KeyPattern? Canonical, IReadOnlyList<KeyPattern> Patterns, ITensorTransform Transform)
{
    /// <summary>The canonical name, and the tensor as it is.</summary>
    public static KeyRow Keep(string pattern) => Keep(pattern, pattern);

    /// <summary>Another name, and the tensor as it is.</summary>
    public static KeyRow Keep(string pattern, string canonical) => new(new(canonical), [new(pattern)], KeepTensor.Instance);

    /// <summary>A tensor without which the network computes the same.</summary>
    public static KeyRow PassOver(string pattern) => new(null, [new(pattern)], KeepTensor.Instance);
}
