using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>What <c>blockprune inspect</c> answers.</summary>
/// <param name="output">Takes it.</param>
/// <param name="context">Reads checkpoints again.</param>
/// <param name="models">At least one.</param>
/// <param name="part">Of a layer's name, of which masks are shown; null: of none.</param>
internal sealed class InspectAnswer(CliOutput output, MLContext context, IReadOnlyList<OpenModel> models, string? part)
{
    private bool IsUnicode => output.Console.Profile.Capabilities.Unicode;

    /// <summary>The first model's figures, with those of all where there are several.</summary>
    public void WriteJson()
    {
        InspectedModel[] all = [.. models.Select(model => InspectedModel.Of(model, model.Describe(context), Shown(model.Network)))];
        output.Json(all[0] with { Models = all.Length > 1 ? all : null });
    }

    public void Write()
    {
        if (models.Count == 1)
        {
            output.Console.Write(LayerChart.Create(models[0].Network.Layers, IsUnicode));
        }
        else
        {
            output.Console.Write(Beside());
        }

        foreach (var model in models)
        {
            Describe(model);
        }
    }

    private void Describe(OpenModel model)
    {
        var network = model.Network;
        if (models.Count > 1)
        {
            output.Out.WriteLine($"{model.Name}:");
        }

        output.Out.WriteLine($"Network: {network.Network}{(model.IsDense ? "; dense, nothing is removed" : "")}.");
        if (model.Describe(context) is { } checkpoint)
        {
            output.Out.WriteLine($"Read as {checkpoint.Layout}.");
            foreach (var fact in checkpoint.Facts)
            {
                output.Out.WriteLine($"  {fact.Name}: {fact.Value} ({fact.Origin})");
            }
        }

        output.Out.WriteLine(NetworkWords.Preprocessing(network.PreprocessingSteps));
        output.Out.WriteLine(NetworkWords.Classes(network.Classes));
        foreach (string note in network.Notes)
        {
            output.Out.WriteLine($"Note: {note}");
        }

        foreach (var one in part is null ? [] : Shown(network))
        {
            output.Console.WriteLine($"{one.Name}: {one.KeptBlocks} of {one.TotalBlocks} blocks of {one.Block}");
            output.Console.WriteLine(MaskPicture.Of(one, IsUnicode));
        }
    }

    // A row a layer; a model that lacks one has an empty cell.
    private Table Beside()
    {
        var table = new Table().RoundedBorder().AddColumn("kept");
        foreach (var model in models)
        {
            table.AddColumn(new TableColumn(Markup.Escape(model.Name)) { Alignment = Justify.Right });
        }

        foreach (string name in models.SelectMany(model => model.Network.Layers).Select(layer => layer.Name).Distinct())
        {
            table.AddRow(
            [
                Markup.Escape(name),
                .. models.Select(model => Kept(model.Network.Layers.FirstOrDefault(layer => layer.Name == name))),
            ]);
        }

        table.AddRow(["M multiply-adds", .. models.Select(model => Of(model.Network.MultiplyAdds, model.Network.DenseMultiplyAdds))]);
        table.AddRow(["MB of weights", .. models.Select(model => Of(model.Network.WeightBytes, model.Network.DenseWeightBytes))]);
        return table;
    }

    private static string Kept(LayerSummary? layer) => layer is null ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"{100.0 * layer.MultiplyAdds / layer.DenseMultiplyAdds:F1} %, {layer.KeptBlocks} of {layer.TotalBlocks} of {layer.Block}");

    private static string Of(long kept, long all) => string.Create(CultureInfo.InvariantCulture, $"{kept / 1e6:F2} of {all / 1e6:F2}");

    private IEnumerable<LayerSummary> Shown(SparseViTTransformer network) =>
        network.Layers.Where(one => part is null || one.Name.Contains(part, StringComparison.Ordinal));
}
