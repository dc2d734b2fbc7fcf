using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.Sharded;

[TestClass]
public sealed class ShardedContainerTests : IDisposable
{
    private const string One = "model-00001-of-00002.safetensors";
    private const string Two = "model-00002-of-00002.safetensors";
    private readonly TemporaryFolder _folder = new();

    public ShardedContainerTests()
    {
        Shard(_folder[One], ("a", 1), ("b", 2));
        Shard(_folder[Two], ("c", 3));
    }

    private string IndexPath => _folder["model.safetensors.index.json"];

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public void Open_ReadsEachTensorFromItsShard_InTheIndexsOrder()
    {
        Index(("c", Two), ("a", One), ("b", One));

        using var file = Open();

        CollectionAssert.AreEqual(new[] { "c", "a", "b" }, file.Names.ToArray());
        CollectionAssert.AreEqual(new[] { 3f, 1, 2 }, file.Names.SelectMany(file.ReadSingles).ToArray());
        Assert.IsNull(file.Find("d"));
        Assert.IsEmpty(file.Notes);
    }

    [TestMethod]
    public void Open_OfATensorThatTheIndexDoesNotName_SaysSo()
    {
        Index(("c", Two), ("a", One));

        using var file = Open();

        Assert.AreEqual("1 tensors of the shards are not in the index and were not read: b.", file.Notes.Single());
    }

    [TestMethod]
    [DataRow("""{"weight_map": {"a": "../model.safetensors"}}""", "'../model.safetensors' is not a file name")]
    [DataRow("""{"weight_map": {"a": "..\\model.safetensors"}}""", "is not a file name")]
    [DataRow("""{"weight_map": {"a": "/etc/passwd"}}""", "is not a file name")]
    [DataRow("""{"weight_map": {"a": "C:model"}}""", "is not a file name")]
    [DataRow("""{"weight_map": {"a": ".."}}""", "is not a file name")]
    [DataRow("""{"weight_map": {"a": ""}}""", "is not a file name")]
    [DataRow("""{"weight_map": {"a": "x\u0000y"}}""", "is not a file name")]
    [DataRow("""{"weight_map": {"a": 3}}""", "the shard name '3' is not a file name")]
    [DataRow("""{"weight_map": {"a": "none.safetensors"}}""", "the shard 'none.safetensors' is missing")]
    [DataRow("""{"weight_map": {"a": "model-00001-of-00002.safetensors", "a": "x"}}""", "no index of shards")]
    [DataRow("""{"weight_map": {"a": "model-00002-of-00002.safetensors"}}""", "says 'a' is in 'model-00002-of-00002.safetensors', which")]
    [DataRow("""{"weight_map": {"a": "model.safetensors.index.json"}}""", "a JSON text, expected a PyTorch or safetensors file")]
    [DataRow("""{"weight_map": {}}""", "names no tensor")]
    [DataRow("""{"weight_map": []}""", "it has no 'weight_map'")]
    [DataRow("""{"hidden_size": 3}""", "no index of shards: it has no 'weight_map'")]
    [DataRow("""{"weight_map": {""", "no index of shards")]
    [DataRow("""{"weight_map": {"\ud800": "x"}}""", "no index of shards")]
    public void Open_OfABadIndex_SaysWhatIsWrong(string json, string says)
    {
        File.WriteAllText(IndexPath, json);

        StringAssert.Contains(Refused(), says);
    }

    [TestMethod]
    public void Open_OfATensorInTwoShards_IsRefused()
    {
        Shard(_folder[Two], ("a", 9), ("c", 3));
        Index(("a", One), ("c", Two));

        StringAssert.Contains(Refused(), $"'a' is in '{Two}' too");
    }

    [TestMethod]
    public void Open_OfALinkOutOfTheFolder_IsRefused_AndWithinIsNot()
    {
        using var outside = new TemporaryFolder();
        Shard(outside["other.safetensors"], ("c", 3));
        Index(("a", One), ("c", Two));
        File.Delete(_folder[Two]);
        File.CreateSymbolicLink(_folder[Two], outside["other.safetensors"]);

        StringAssert.Contains(Refused(), $"the shard '{Two}' is a symbolic link out of the folder");

        File.Delete(_folder[Two]);
        Shard(_folder["real.safetensors"], ("c", 3));
        File.CreateSymbolicLink(_folder[Two], "real.safetensors");
        using var file = Open();
        CollectionAssert.AreEqual(new[] { 3f }, file.ReadSingles("c"));
    }

    /// <summary>models--owner--name/snapshots/REVISION/FILE links to ../../blobs/HASH.</summary>
    [TestMethod]
    public void Open_OfHuggingFacesCache_FollowsItsLinks()
    {
        string blobs = Directory.CreateDirectory(_folder["models--a--b/blobs"]).FullName;
        string snapshot = Directory.CreateDirectory(_folder["models--a--b/snapshots/0123"]).FullName;
        Shard(Path.Combine(blobs, "aaaa"), ("a", 1));
        File.WriteAllText(Path.Combine(blobs, "bbbb"), """{"weight_map": {"a": "model-00001-of-00001.safetensors"}}""");
        File.CreateSymbolicLink(Path.Combine(snapshot, "model-00001-of-00001.safetensors"), "../../blobs/aaaa");
        File.CreateSymbolicLink(Path.Combine(snapshot, "model.safetensors.index.json"), "../../blobs/bbbb");

        using var file = Open(snapshot);

        CollectionAssert.AreEqual(new[] { 1f }, file.ReadSingles("a"));
    }

    [TestMethod]
    public void Path_OfOneShard_MeansAll()
    {
        Index(("c", Two), ("a", One));

        var path = CheckpointPath.Of(_folder[One]);

        Assert.AreEqual(IndexPath, path.File);
        StringAssert.Contains(path.Notes.Single(), "is one of several shards");
    }

    private static void Shard(string path, params (string Name, float Value)[] tensors)
    {
        var writer = new SafetensorsWriter();
        foreach (var (name, value) in tensors)
        {
            writer.Add(name, [1], new[] { value });
        }

        using var stream = File.Create(path);
        writer.Write(stream);
    }

    private void Index(params (string Tensor, string Shard)[] places) => File.WriteAllText(
        IndexPath, JsonSerializer.Serialize(new { weight_map = places.ToDictionary(place => place.Tensor, place => place.Shard) }));

    private ITensorFile Open(string? path = null) =>
        new ContainerDetector(CheckpointRows.Default.Containers).Open(CheckpointPath.Of(path ?? IndexPath).File);

    private string Refused() => Assert.ThrowsExactly<InvalidDataException>(() => Open()).Message;
}
