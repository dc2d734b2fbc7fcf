using System.Text.Json;
using Microsoft.ML.BlockPruning.Plots;

if (args is not [var source, var target])
{
    Console.Error.WriteLine("Usage: Microsoft.ML.BlockPruning.Plots ablation.json ablation.png");
    return 2;
}

using var content = JsonDocument.Parse(File.ReadAllText(source));
var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var rows = content.RootElement.GetProperty("rows").Deserialize<List<AblationRow>>(options)!;
AblationPlot.Save([.. rows.Where(row => row is { Block: "16x16", FineTuned: false })], target);
return 0;
