using System.CommandLine;
using Microsoft.ML;

namespace BlockPrune.Cli;

/// <summary><c>blockprune inspect</c>: what a network is and what is left of it, layer by layer, with its masks as pictures.</summary>
internal static class InspectVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var files = new Argument<string[]>("model")
        {
            Description = $"{ModelFile.AnyForm}; of several each has a column",
            Arity = ArgumentArity.OneOrMore,
        };
        var layer = new Option<string?>("--layer")
        {
            Description = "Shows the masks of the layers whose name contains this, such as blocks.0 or fc1",
            HelpName = "NAME",
        };
        var verb = new Command("inspect", "Shows what was read and assumed of a network, its layers and their masks.")
        {
            files, layer, common.NumHeads, common.ImageSize, common.Json,
        };
        return verb.Does(output, (parsed, _) =>
        {
            var context = new MLContext(seed: 1);
            using var models = ModelSet.Open(context, parsed.GetRequiredValue(files), common.CheckpointOf(parsed), output);
            string? part = parsed.GetValue(layer);
            var names = models.SelectMany(model => model.Network.Layers).Select(one => one.Name).Distinct().ToList();
            if (part is not null && !names.Exists(name => name.Contains(part, StringComparison.Ordinal)))
            {
                throw new OptionsException($"No layer's name contains '{part}'; there are {string.Join(", ", names)}.");
            }

            var answer = new InspectAnswer(output, context, models, part);
            if (parsed.GetValue(common.Json))
            {
                answer.WriteJson();
            }
            else
            {
                answer.Write();
            }

            return 0;
        });
    }
}
