using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Containers, names and families stay behind their doors.</summary>
[TestClass]
public sealed partial class DoorTests
{
    private const string Library = "src/Microsoft.ML.BlockPruning/";
    private const string Room = Library + "Checkpoints/";

    [TestMethod]
    public void Safetensors_IsKnownToItsContainerAndToThePrunedNetworksOwnFile() => AssertNone(
        Safetensors(), Library, [$"{Room}Containers/Safetensors/", $"{Library}Models/", $"{Room}OwnFile.cs"]);

    [TestMethod]
    public void NamesOfLayers_AreTimmsAndTheFamilys() => AssertNone(
        Layer(), Library, [$"{Room}KeyMaps/Timm.cs", $"{Room}Families/", $"{Library}Networks/Families/"]);

    [TestMethod]
    public void SizesOfAViT_AreTheFamilys() => AssertNone(
        Sizes(), Library,
        [
            $"{Room}Families/", $"{Library}Networks/Families/", $"{Room}Checkpoint.cs", $"{Room}CheckpointOptions.cs",
            $"{Library}BlockPruneEstimator.Options.cs", $"{Library}BlockPruneEstimator.Requests.cs",
            $"{Library}SparseViTTransformer.Saving.cs", // what the caller says of one
        ]);

    [TestMethod]
    public void ConfigJson_IsReadAtOnePlace() => AssertNone(
        Config(), Library, [$"{Room}Configuration/ConfigFile.cs", $"{Room}Checkpoint.cs"]);

    [GeneratedRegex(@"\bSafetensors[A-Z]\w*")]
    private static partial Regex Safetensors();

    [GeneratedRegex(@"""blocks\.")]
    private static partial Regex Layer();

    [GeneratedRegex(@"\b(?:EmbedDim|NumHeads|MlpDim)\b")]
    private static partial Regex Sizes();

    [GeneratedRegex(@"\b(?:ConfigFile\.|new CheckpointConfigReader)")]
    private static partial Regex Config();

    private static void AssertNone(Regex pattern, string folder, string[] allowed)
    {
        var uses =
            from file in RepositoryFiles.Below(folder, "*.cs")
            from line in RepositoryFiles.ReadLines(file)
            where pattern.IsMatch(line) && !line.TrimStart().StartsWith("///", StringComparison.Ordinal)
            select (file, line);
        var found = uses.ToList();

        Assert.IsTrue(found.Exists(use => allowed.Any(use.file.StartsWith)), "The pattern has gone blind.");
        var strays = found.Where(use => !allowed.Any(use.file.StartsWith)).Select(use => $"{use.file}: {use.line}");
        Assert.AreEqual("", string.Join('\n', strays));
    }
}
