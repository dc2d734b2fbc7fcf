using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Holds the assembly against the map of rooms: one order, who may know whom, TorchSharp and ML.NET, no circle of files.</summary>
/// <remarks>A room is a namespace below the root's. Constants are compiled in, so a use of one does not show.</remarks>
[TestClass]
public sealed class LayeringTests
{
    private const string Root = "Microsoft.ML.BlockPruning";

    private static readonly Architecture Library = new ArchLoader().LoadAssemblies(typeof(NetworkSpec).Assembly).Build();

    // One edge a pair of top-level types; what the compiler makes of lambdas and iterators belongs to the type around it.
    private static readonly Lazy<(string From, string To)[]> Edges = new(() =>
    [
        .. Library.Types
            .SelectMany(type => type.Dependencies.Where(use => use.Target is not GenericParameter), (type, use) =>
                (From: Outermost(type.FullName), To: Outermost(use.Target.FullName)))
            .Where(edge => edge.From.StartsWith($"{Root}.", StringComparison.Ordinal) && edge.From != edge.To)
            .Distinct(),
    ]);

    public static IEnumerable<string> Rooms => RoomMap.Rows.Select(row => row.Room);

    [TestMethod]
    [DynamicData(nameof(Rooms))]
    public void Room_KnowsOnlyTheRoomsItMay(string room)
    {
        string[] mayKnow = RoomMap.Rows.Single(row => row.Room == room).MayKnow;
        var broken =
            from edge in Edges.Value
            where RoomOf(edge.From) == room && edge.To.StartsWith($"{Root}.", StringComparison.Ordinal)
            let known = RoomOf(edge.To)
            where known != room && !RoomMap.Vocabulary.Contains(NameOf(edge.To)) && !mayKnow.Any(other => IsIn(known, other))
            where known.Length > 0 || !mayKnow.Contains($"root:{NameOf(edge.To)}")
            select $"{edge.From} -> {edge.To}";

        Assert.AreEqual("", string.Join('\n', broken.Order()));
    }

    [TestMethod]
    public void Rows_KnowOnlyRoomsBeforeThem()
    {
        string[] order = [.. Rooms];
        var upward =
            from row in RoomMap.Rows
            from known in row.MayKnow
            where order.Skip(Array.IndexOf(order, row.Room) + 1).Any(later => IsIn(later, known))
            select $"{row.Room} may know {known}, which does not stand before it";

        Assert.AreEqual("", string.Join('\n', upward));
    }

    [TestMethod]
    public void Vocabulary_KnowsNoRoomButFormats()
    {
        var broken =
            from edge in Edges.Value
            where RoomOf(edge.From).Length == 0 && RoomMap.Vocabulary.Contains(NameOf(edge.From))
            where edge.To.StartsWith($"{Root}.", StringComparison.Ordinal) && !RoomMap.Vocabulary.Contains(NameOf(edge.To))
            where RoomOf(edge.To) != "Formats"
            select $"{edge.From} -> {edge.To}";

        Assert.AreEqual("", string.Join('\n', broken));
    }

    [TestMethod]
    public void TorchSharp_IsUsedByItsRoomsOnly() => AssertUsedOnlyBy("TorchSharp", RoomMap.MayUseTorchSharp);

    [TestMethod]
    public void MlNet_IsUsedByItsRoomsOnly() => AssertUsedOnlyBy("Microsoft.ML", RoomMap.MayUseMlNet);

    [TestMethod]
    public void Rooms_AreExactlyThoseOfTheMap()
    {
        var rooms = typeof(NetworkSpec).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith($"{Root}.", StringComparison.Ordinal) ?? false)
            .Select(type => type.Namespace![(Root.Length + 1)..]);

        CollectionAssert.AreEquivalent(Rooms.Order().ToArray(), rooms.Distinct().Order().ToArray());
    }

    [TestMethod]
    public void Files_FormNoCircle()
    {
        var files = SourceTypes.FilesOfTypes($"src/{Root}");
        var uses = Edges.Value
            .Where(edge => files.ContainsKey(edge.From) && files.ContainsKey(edge.To))
            .Select(edge => (From: files[edge.From], To: files[edge.To]))
            .Where(edge => edge.From != edge.To);

        Assert.AreEqual("", string.Join('\n', Circles.Of(uses).Select(circle => string.Join(" <-> ", circle.Order()))));
    }

    private static void AssertUsedOnlyBy(string product, string[] rooms)
    {
        var broken =
            from edge in Edges.Value
            where edge.To.StartsWith($"{product}.", StringComparison.Ordinal) && !edge.To.StartsWith($"{Root}.", StringComparison.Ordinal)
            where !rooms.Any(room => IsIn(RoomOf(edge.From), room)) && !RoomMap.ImageTypes.Contains(edge.To)
            select $"{edge.From} -> {edge.To}";

        Assert.AreEqual("", string.Join('\n', broken.Order()));
    }

    private static bool IsIn(string room, string entry) => entry.EndsWith(".*", StringComparison.Ordinal)
        ? $"{room}.".StartsWith(entry[..^1], StringComparison.Ordinal)
        : room == entry;

    private static string RoomOf(string type)
    {
        string space = type[..Math.Max(type.LastIndexOf('.'), 0)];
        return space.Length > Root.Length ? space[(Root.Length + 1)..] : "";
    }

    private static string NameOf(string type) => type[(type.LastIndexOf('.') + 1)..];

    // ArchUnit spells a nested type Outer+Inner, a generic one Name`1 and what is made of it Name`1<...>.
    private static string Outermost(string name) => name.Split('+', '/', '`', '<', '[')[0];
}
