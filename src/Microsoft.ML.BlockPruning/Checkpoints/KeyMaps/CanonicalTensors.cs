using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

/// <summary>A file's tensors under canonical names. Messages call a tensor as its file does.</summary>
internal sealed class CanonicalTensors
{
    private const int SomeNames = 1000; // enough to guess whose they are, in a file that is made to have millions

    private const int Shown = 3;

    private readonly ITensorFile _file;
    private readonly KeyMap _map;
    private readonly Dictionary<string, (KeyRow Row, TensorEntry?[] Sources)> _tensors = new(StringComparer.Ordinal);

    private readonly List<string> _passedOver = [];

    private CanonicalTensors(ITensorFile file, KeyMap map)
    {
        (_file, _map) = (file, map);
        foreach (string name in file.Names)
        {
            Take(name);
        }
    }

    /// <summary>What messages call the file.</summary>
    public string Source => _file.Source;

    /// <summary>Whose names the file has: "a ViT or DeiT classifier with timm's names".</summary>
    public string Describes => _map.Describes;

    /// <summary>Whose names these are, for what they let a family assume.</summary>
    public NamingStyle Style => _map.Style;

    /// <summary>What a user should know: that tensors were passed over.</summary>
    public IEnumerable<string> Notes => _passedOver.Count == 0
        ? []
        : [$"{_passedOver.Count} tensors that the network does not use were passed over: {string.Join(", ", _passedOver.Take(Shown))}"
            + $"{(_passedOver.Count > Shown ? " …" : "")}."];

    /// <summary>The file's free strings.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>Tensors of the file, under whatever names.</summary>
    public int CountInFile => _file.Names.Count;

    /// <summary>Canonical names of which the file has a part at least, in the file's order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Names a file's tensors by the first map that takes them all.</summary>
    /// <exception cref="InvalidDataException">
    /// There is none, and the message names a stranger to the map that takes the most; or two names stand for one tensor.
    /// </exception>
    public static CanonicalTensors Of(ITensorFile file, IReadOnlyList<KeyMap> maps)
    {
        var map = maps.FirstOrDefault(map => file.Names.All(map.Takes)) ?? maps.MaxBy(map => file.Names.Take(SomeNames).Count(map.Takes))!;
        return new CanonicalTensors(file, map);
    }

    /// <summary>Type and shape of a canonical tensor, under the file's name; null where the file lacks it or a part of it.</summary>
    /// <exception cref="InvalidDataException">The parts of which it is made do not go together.</exception>
    public TensorEntry? Find(string canonical) => Sources(canonical) is var (row, sources)
        ? new TensorEntry(Spell(canonical), sources[0].Type, row.Transform.ShapeOf(_file, sources))
        : null;

    /// <summary>Reads a canonical tensor that <see cref="Find"/> finds.</summary>
    /// <param name="canonical">Its name.</param>
    /// <param name="destination">[product of its sides], written.</param>
    public void Read(string canonical, Span<float> destination)
    {
        var (row, sources) = Sources(canonical)!.Value;
        row.Transform.Read(_file, sources, destination);
    }

    /// <summary>Checks that numbers of a canonical tensor, or made of it, are finite.</summary>
    /// <param name="canonical">Its name.</param>
    /// <param name="values">The numbers, row-major.</param>
    /// <exception cref="InvalidDataException">One is not; names the tensor and its place.</exception>
    public void CheckFinite(string canonical, float[] values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new InvalidDataException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Source}: tensor '{Spell(canonical)}' holds {values[i]} at element {i} (row-major), expected finite ones."));
            }
        }
    }

    /// <summary>Tensors of the file, by their names on the disk, that the network does not use.</summary>
    public IEnumerable<TensorEntry> PassedOver => _passedOver.Select(OnDisk);

    /// <summary>A canonical tensor's numbers as those of the file's tensors, by their names on the disk, of which it is made.</summary>
    /// <param name="canonical">Its name; nothing comes of one of which the file lacks a part.</param>
    /// <param name="values">Its numbers, row-major.</param>
    public IEnumerable<(TensorEntry Source, float[] Values)> Split(string canonical, float[] values) =>
        Sources(canonical) is var (row, sources)
            ? sources.Select((source, place) => (OnDisk(source.Name), row.Transform.PartOf(values, place, sources.Length)))
            : [];

    /// <summary>Reads a tensor that was passed over.</summary>
    public float[] ReadPassedOver(int index) => _file.ReadSingles(_passedOver[index]);

    /// <summary>What the file calls a canonical tensor, or would.</summary>
    public string Spell(string canonical) => _map.Spell(canonical);

    /// <summary>For a tensor that the network would not use.</summary>
    /// <param name="name">Its name in the file.</param>
    public InvalidDataException Foreign(string name) => new(
        $"{Source}: tensor '{name}' does not belong to {Describes}{ForeignNames.Guess(name)}. Expected {_map.Expected}.");

    private TensorEntry OnDisk(string name) => _file.Find(name)! with { Name = _file.NameOnDisk(name) };

    private (KeyRow Row, TensorEntry[] Sources)? Sources(string canonical) =>
        _tensors.TryGetValue(canonical, out var found) && found.Sources.OfType<TensorEntry>().ToArray() is var sources
            && sources.Length == found.Sources.Length
            ? (found.Row, sources)
            : null;

    private void Take(string name)
    {
        var takers = _map.Takers(name).ToList();
        if (takers.Count == 0)
        {
            throw Foreign(name);
        }

        if (takers.TrueForAll(taker => taker.Row.Canonical is null))
        {
            _passedOver.Add(name);
        }

        foreach (var (row, place, holes) in takers.Where(taker => taker.Row.Canonical is not null))
        {
            string canonical = row.Canonical!.Fill(holes);
            if (!_tensors.TryGetValue(canonical, out var known))
            {
                _tensors.Add(canonical, known = (row, new TensorEntry?[row.Patterns.Count]));
            }

            if (known.Row != row || known.Sources[place] is not null)
            {
                throw new InvalidDataException(
                    $"{Source}: tensor '{name}' and '{known.Sources.OfType<TensorEntry>().First().Name}' both stand for "
                    + $"'{canonical}', expected one of them. Remove the other.");
            }

            known.Sources[place] = _file.Find(name);
        }
    }
}
