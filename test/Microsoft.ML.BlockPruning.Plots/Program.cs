using System.Text.Json;
using Microsoft.ML.BlockPruning.Plots;

if (args is not [_, .., var target] || args is not [.. var sources, _])
{
    Console.Error.WriteLine("Usage: Microsoft.ML.BlockPruning.Plots ablation.json [ablation.json ...] ablation.png");
    return 2;
}

var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var rows = sources.SelectMany(source =>
{
    using var content = JsonDocument.Parse(File.ReadAllText(source));
    return content.RootElement.GetProperty("rows").Deserialize<List<AblationRow>>(options)!;
});
AblationPlot.Save([.. rows.Where(row => row is { Block: "16x16", FineTuned: false })], target);
return 0;
