using ArchUnitNET.Domain;
using ArchUnitNET.Fluent.Syntax.Elements.Types;
using ArchUnitNET.Loader;
using Microsoft.ML.BlockPruning.Networks.Families;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Holds the assembly against the map of rooms: who may know whom, TorchSharp and ML.NET.</summary>
/// <remarks>A room is a namespace below the root's. Constants are compiled in, so a use of one does not show.</remarks>
[TestClass]
public sealed class LayeringTests
{
    private const string Root = @"^Microsoft\.ML\.BlockPruning";

    // ML.NET's own namespaces, not ours, which begin alike; the catalog, ours, is in Microsoft.ML itself.
    private const string MlNet = @"^Microsoft\.ML($|\.(?!BlockPruning($|\.)))";
    private const string TorchSharp = @"^TorchSharp($|\.)";

    // Room -> the rooms it may know. The root (the ML.NET face) knows all; no room knows the root.
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Network"] = [],
        ["Sparsity"] = [],
        ["Checkpoints"] = ["Network"],
        ["Imaging"] = [],
        ["Kernels"] = ["Sparsity"],
        ["Inference"] = ["Network", "Sparsity", "Kernels", "Imaging", "Checkpoints"], // Checkpoints: the safetensors container
        ["Training"] = ["Network", "Checkpoints", "Sparsity"],
        ["Pruning"] = ["Network", "Sparsity", "Training"],
        // Checkpoints: the dense network on its way to a worker process.
        ["Sweeps"] = ["Pruning", "Inference", "Training", "Imaging", "Sparsity", "Network", "Checkpoints"],
        ["Reporting"] = ["Sweeps", "Sparsity", "Network"],
        ["Interop"] = [],
    };

    private static readonly string[] MayUseTorchSharp = ["Training", "Pruning"];
    private static readonly string[] MayUseMlNet = ["Interop"];

    // Imaging reads pixels out of ML.NET's image type and needs nothing else of ML.NET.
    private static readonly string[] ImageTypes = ["Microsoft.ML.Data.MLImage", "Microsoft.ML.Data.MLPixelFormat"];

    private static readonly Architecture Library =
        new ArchLoader().LoadAssemblies(typeof(ViTConfig).Assembly).Build();

    public static IEnumerable<string> Rooms => MayKnow.Keys;

    public static IEnumerable<string> RoomsWithoutTorchSharp => MayKnow.Keys.Except(MayUseTorchSharp);

    public static IEnumerable<string> RoomsWithoutMlNet => MayKnow.Keys.Except(MayUseMlNet);

    [TestMethod]
    [DynamicData(nameof(Rooms))]
    public void Room_KnowsOnlyTheRoomsItMay(string room)
    {
        string allowed = string.Join('|', MayKnow[room].Append(room));

        AssertHolds(TypesIn(Room(room)).Should().NotDependOnAny(TypesIn($@"{Root}($|\.(?!({allowed})($|\.)))")));
    }

    [TestMethod]
    [DynamicData(nameof(RoomsWithoutTorchSharp))]
    public void Room_DoesNotUseTorchSharp(string room) => AssertHolds(TypesIn(Room(room)).Should().NotDependOnAny(TypesIn(TorchSharp)));

    [TestMethod]
    public void Root_DoesNotUseTorchSharp() => AssertHolds(TypesIn($"{Root}$").Should().NotDependOnAny(TypesIn(TorchSharp)));

    [TestMethod]
    [DynamicData(nameof(RoomsWithoutMlNet))]
    public void Room_DoesNotUseMlNet(string room)
    {
        var forbidden = room == "Imaging"
            ? TypesIn(MlNet).And().DoNotHaveFullName(ImageTypes[0]).And().DoNotHaveFullName(ImageTypes[1])
            : TypesIn(MlNet);

        AssertHolds(TypesIn(Room(room)).Should().NotDependOnAny(forbidden));
    }

    [TestMethod]
    public void Rooms_AreExactlyThoseOfTheTable()
    {
        var rooms = typeof(ViTConfig).Assembly.GetTypes()
            .Where(type => type.Namespace?.StartsWith("Microsoft.ML.BlockPruning.", StringComparison.Ordinal) ?? false)
            .Select(type => type.Namespace!.Split('.')[3]);

        CollectionAssert.AreEquivalent(MayKnow.Keys.Order().ToArray(), rooms.Distinct().Order().ToArray());
    }

    private static string Room(string room) => $@"{Root}\.{room}($|\.)";

    private static GivenTypesConjunction TypesIn(string namespacePattern) =>
        Types(includeReferenced: true).That().ResideInNamespaceMatching(namespacePattern);

    private static void AssertHolds(TypesShouldConjunction rule)
    {
        var broken = rule.Evaluate(Library).Where(result => !result.Passed).Select(result => result.Description);

        Assert.AreEqual("", string.Join('\n', broken));
    }
}
