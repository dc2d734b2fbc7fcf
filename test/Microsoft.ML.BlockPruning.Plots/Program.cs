using System.Text.Json;
using Microsoft.ML.BlockPruning.Plots;

if (args.Length < 2)
{
    Console.Error.WriteLine("Usage: Microsoft.ML.BlockPruning.Plots ablation.json [ablation.json ...] ablation.png");
    return 2;
}

var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
var rows = args[..^1].SelectMany(source =>
{
    using var content = JsonDocument.Parse(File.ReadAllText(source));
    return content.RootElement.GetProperty("rows").Deserialize<List<AblationRow>>(options)!;
});
AblationPlot.Save([.. rows.Where(row => row is { Block: "16x16" or "unit" or "2:4", FineTuned: false, Images: 2_000 })], args[^1]);
return 0;
