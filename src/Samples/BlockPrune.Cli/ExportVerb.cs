using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.BlockPruning.Files;

namespace BlockPrune.Cli;

/// <summary><c>blockprune export</c>: a model in another form.</summary>
internal static class ExportVerb
{
    private enum Form
    {
        /// <summary>Zeros in removed blocks, every tensor under timm's name.</summary>
        Dense,

        /// <summary>Kept blocks alone, with PyTorch's names of the parts.</summary>
        Bsr,
    }

    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var model = new Argument<string>("model") { Description = "A pruned model (.zip) or network (.safetensors)" };
        var target = new Argument<string>("target")
        {
            Description = "The file to write: the network alone, or the model file that every reader takes, if it ends in .zip",
        }.EndsIn([".safetensors", ModelFile.Extension], "the network alone is safetensors, the model a zip file");
        var form = CommonOptions.Choice("--format", "dense (zeros in removed blocks) or bsr", Form.Bsr);
        var verb = new Command("export", "Writes the network as safetensors, or as the one model file.")
        {
            model, target, form, common.Json,
        };
        return verb.Does(output, (parsed, _) =>
        {
            string path = parsed.GetRequiredValue(target);
            AtomicFile.RequireWritable(path);
            bool isModel = path.EndsWith(".zip", StringComparison.OrdinalIgnoreCase);
            if (isModel && parsed.GetResult(form) is { Implicit: false })
            {
                throw new OptionsException("--format says how safetensors are written, and a .zip is none: leave one of them out.");
            }

            var context = new MLContext(seed: 1);
            using var network = ModelFile.OpenPruned(context, parsed.GetRequiredValue(model), output);
            if (isModel)
            {
                context.Model.SavePruned(network, path);
            }
            else if (parsed.GetValue(form) == Form.Dense)
            {
                network.SaveDenseNetwork(path);
            }
            else
            {
                network.SaveNetwork(path);
            }

            long bytes = OutputFile.LengthOf(path);
            if (parsed.GetValue(common.Json))
            {
                output.Json(new { Path = path, Format = isModel ? (Form?)null : parsed.GetValue(form), Bytes = bytes });
            }
            else
            {
                var answer = bytes > 0 ? output.Out : output.Error; // a pipe has no length, and may be this very output
                answer.WriteLine($"{path}: {bytes} bytes");
            }

            return 0;
        });
    }
}
