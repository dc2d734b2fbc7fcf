using System.Reflection;
using System.Text.Json.Nodes;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Tests.Reporting;

namespace Microsoft.ML.BlockPruning.Tests.Runs.Reports;

[TestClass]
public sealed class PruneReportJsonTests
{
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void FromJson_GivesEveryFieldBack(bool isComplete)
    {
        var report = TestReports.Create(isComplete);

        var read = PruneReport.FromJson(report.ToJson());

        var expected = ValuesOf(report, "");
        Assert.HasCount(106 - (isComplete ? 0 : 5), expected);
        CollectionAssert.AreEqual(expected, ValuesOf(read, ""));
    }

    [TestMethod]
    public void ToJson_IsForPrograms_CamelCase_WithAVersion()
    {
        var json = JsonNode.Parse(TestReports.Create().ToJson())!;

        Assert.AreEqual(1, json["version"]!.GetValue<int>());
        Assert.AreEqual("BFloat16", json["settings"]!["weightFormat"]!.GetValue<string>());
        Assert.AreEqual("16x32", json["settings"]!["block"]!.GetValue<string>());
        Assert.AreEqual(0.0456, json["network"]!["heldOut"]!["klDivergence"]!.GetValue<double>());
        Assert.AreEqual(43_573_248, json["layers"]![0]!["pruned"]!["multiplyAdds"]!.GetValue<long>());
    }

    [TestMethod]
    [DataRow("""{"version": 2}""", "of version 2, this library reads version 1")]
    [DataRow("""{"version": "1"}""", "no number 'version'")]
    [DataRow("{}", "no number 'version'")]
    [DataRow("""{"version": 1}""", "settings")] // what is missing
    [DataRow("""{"version": 1, "version": 1}""", "version")]
    [DataRow("[]", "not an object")]
    [DataRow("null", "not an object")]
    [DataRow("{", "no report")]
    [DataRow("", "no report")]
    public void FromJson_OfSomethingElse_SaysWhatIsWrong(string json, string expected)
    {
        var error = Assert.ThrowsExactly<InvalidDataException>(() => PruneReport.FromJson(json));

        StringAssert.Contains(error.Message, expected, StringComparison.Ordinal);
    }

    [TestMethod]
    public void FromJson_OfADamagedReport_IsRefused()
    {
        AssertRefused("colour", json => json["layers"]![0]!["colour"] = "red");
        AssertRefused("keptBlocks", json => json["layers"]![0]!.AsObject().Remove("keptBlocks"));
        AssertRefused("block", json => json["layers"]![0]!["block"] = "16 by 16");
        AssertRefused("block", json => json["layers"]![0]!["block"] = 16);
        AssertRefused("weightFormat", json => json["settings"]!["weightFormat"] = 1);
        AssertRefused("weightFormat", json => json["settings"]!["weightFormat"] = "BFloat17");
        AssertRefused("its weight format is", json => json["settings"]!["weightFormat"] = "BFloat16, Float16"); // flags: 3
        AssertRefused("name", json => json["layers"]![0]!["name"] = null);
        AssertRefused("keeps 25 of 24", json => json["layers"]![0]!["keptBlocks"] = 25);
        AssertRefused("null", json => json["layers"]![0] = null);
        AssertRefused("null", json => json["notes"]![0] = null);
        AssertRefused("notes", json => json["notes"] = null);
        AssertRefused(
            "$.stages[0].seconds is 1e999, expected a finite number", json => json["stages"]![0]!["seconds"] = JsonNode.Parse("1e999"));
        AssertRefused(
            "$.network.predictedDistortion is -1e400", json => json["network"]!["predictedDistortion"] = JsonNode.Parse("-1e400"));
        AssertRefused("seconds", json => json["stages"]![0]!["seconds"] = "NaN");
    }

    private static void AssertRefused(string expected, Action<JsonNode> damage)
    {
        var json = JsonNode.Parse(TestReports.Create().ToJson())!;
        damage(json);

        var error = Assert.ThrowsExactly<InvalidDataException>(() => PruneReport.FromJson(json.ToJsonString()));

        StringAssert.Contains(error.Message, expected, StringComparison.Ordinal);
    }

    /// <summary>Path and value of every leaf, by reflection.</summary>
    private static List<string> ValuesOf(object? node, string path)
    {
        var type = node?.GetType();
        if (node is System.Collections.IEnumerable list and not string)
        {
            return [.. list.Cast<object>().SelectMany((item, i) => ValuesOf(item, $"{path}[{i}]"))];
        }

        return type?.Namespace == typeof(PruneReport).Namespace
            ? [.. type!.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .SelectMany(property => ValuesOf(property.GetValue(node), $"{path}.{property.Name}"))]
            : [FormattableString.Invariant($"{path} = {node ?? "null"}")];
    }
}
