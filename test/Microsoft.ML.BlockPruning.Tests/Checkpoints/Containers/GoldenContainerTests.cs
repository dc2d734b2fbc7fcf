using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Tests.Checkpoints.Golden;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers;

/// <summary>What torch wrote, read tensor by tensor: the same network lies beside it as safetensors, which another program wrote.</summary>
[TestClass]
public sealed class GoldenContainerTests
{
    private static readonly Dictionary<string, string> Same = new()
    {
        ["io/vit.safetensors"] = "nets/timm_vit/model.safetensors",
        ["io/vit_half.safetensors"] = "nets/st_half/model.safetensors",
        ["io/vit_bfloat16.safetensors"] = "nets/st_bfloat16/model.safetensors",
        ["io/vit_masked.safetensors"] = "nets/st_prune/model.safetensors",
        ["io/hf_vit.safetensors"] = "nets/hf4_vit/model.safetensors",
    };

    public static IEnumerable<(string Name, string Path, string Expected)> Checkpoints =>
        from entry in JsonDocument.Parse(File.ReadAllBytes(GoldenFiles.Path("manifest.json"))).RootElement.EnumerateArray()
        let container = entry.GetProperty("container").GetString()!
        where container.Contains("pth") || container.Contains("shard")
        let names = entry.GetProperty("names").GetString()
        where names is "timm" or "hf4"
        where Same.ContainsKey(entry.GetProperty("io").GetString()!)
        select (entry.GetProperty("name").GetString()!, entry.GetProperty("path").GetString()!, Same[entry.GetProperty("io").GetString()!]);

    [TestMethod]
    public void List_IsNotEmpty() => Assert.IsGreaterThan(20, Checkpoints.Count());

    [TestMethod]
    [DynamicData(nameof(Checkpoints))]
    public void Open_ReadsTheSameNumbersAsSafetensorsHas(string name, string path, string expected)
    {
        using var file = Open(GoldenFiles.Path(path));
        using var other = SafetensorsFile.Open(GoldenFiles.Path(expected));

        foreach (string tensor in other.Names.Where(tensor => tensor != "blocks.0.norm1.num_batches_tracked"))
        {
            string own = file.Names.Single(one => one == tensor || one.EndsWith($".{tensor}", StringComparison.Ordinal));
            CollectionAssert.AreEqual(other.Find(tensor)!.Shape, file.Find(own)!.Shape, $"{name}: {own}");
            CollectionAssert.AreEqual(other.ReadSingles(tensor), file.ReadSingles(own), $"{name}: {own}");
        }
    }

    private static ITensorFile Open(string path) =>
        new ContainerDetector(CheckpointRows.Default.Containers).Open(CheckpointPath.Of(path).File);
}
