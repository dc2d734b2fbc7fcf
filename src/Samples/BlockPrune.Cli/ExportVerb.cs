using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.BlockPruning.Files;

namespace BlockPrune.Cli;

/// <summary><c>blockprune export</c>: the network alone, as safetensors.</summary>
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
        var model = new Argument<string>("model") { Description = "A saved pipeline (.zip) or network (.safetensors)" };
        var target = new Argument<string>("target") { Description = "The safetensors file to write" }
            .EndsIn(".safetensors", "the network is written as safetensors");
        var form = CommonOptions.Choice("--format", "dense (zeros in removed blocks) or bsr", Form.Bsr);
        var verb = new Command("export", "Writes the network as safetensors.") { model, target, form, common.Json };
        return verb.Does(output, (parsed, _) =>
        {
            string path = parsed.GetRequiredValue(target);
            AtomicFile.RequireWritable(path);
            using var network = ModelFile.Open(new MLContext(seed: 1), parsed.GetRequiredValue(model));
            if (parsed.GetValue(form) == Form.Dense)
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
                output.Json(new { Path = path, Format = parsed.GetValue(form), Bytes = bytes });
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
