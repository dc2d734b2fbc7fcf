using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary><c>blockprune inspect</c>: what is left of a network, layer by layer, and its masks as pictures.</summary>
internal static class InspectVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var model = new Argument<string>("model") { Description = "A saved pipeline (.zip) or network (.safetensors)" };
        var layer = new Option<string?>("--layer")
        {
            Description = "Shows the masks of the layers whose name contains this, such as blocks.0 or fc1",
            HelpName = "NAME",
        };
        var verb = new Command("inspect", "Shows the layers and their masks.") { model, layer, common.Json };
        return verb.Does(output, (parsed, _) =>
        {
            using var network = ModelFile.Open(new MLContext(seed: 1), parsed.GetRequiredValue(model));
            string? part = parsed.GetValue(layer);
            var shown = network.Layers.Where(one => part is null || one.Name.Contains(part, StringComparison.Ordinal)).ToList();
            if (shown.Count == 0)
            {
                throw new OptionsException(
                    $"No layer's name contains '{part}'; there are {string.Join(", ", network.Layers.Select(one => one.Name))}.");
            }

            if (parsed.GetValue(common.Json))
            {
                output.Json(new
                {
                    network.MultiplyAdds,
                    network.DenseMultiplyAdds,
                    Preprocessing = network.PreprocessingSteps,
                    network.Classes,
                    network.Notes,
                    Layers = shown.Select(Figures),
                });
                return 0;
            }

            output.Console.Write(LayerChart.Create(network.Layers, output.Console.Profile.Capabilities.Unicode));
            output.Out.WriteLine(NetworkWords.Preprocessing(network.PreprocessingSteps));
            output.Out.WriteLine(NetworkWords.Classes(network.Classes));
            foreach (string note in network.Notes)
            {
                output.Out.WriteLine($"Note: {note}");
            }

            foreach (var one in part is null ? [] : shown)
            {
                output.Console.WriteLine($"{one.Name}: {one.KeptBlocks} of {one.TotalBlocks} blocks of {one.Block}");
                output.Console.WriteLine(MaskPicture.Of(one, output.Console.Profile.Capabilities.Unicode));
            }

            return 0;
        });
    }

    private static object Figures(LayerSummary layer) => new
    {
        layer.Name,
        layer.OutFeatures,
        layer.InFeatures,
        Block = layer.Block.ToString(),
        layer.KeptBlocks,
        layer.TotalBlocks,
        layer.MultiplyAdds,
        layer.DenseMultiplyAdds,
    };
}
