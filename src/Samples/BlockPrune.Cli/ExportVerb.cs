using System.CommandLine;
using Microsoft.ML;
using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;

namespace BlockPrune.Cli;

/// <summary><c>blockprune export</c>: a model in another form, which the ending of the file says.</summary>
internal static class ExportVerb
{
    private const string Tensors = ".safetensors";
    private const string Onnx = ".onnx";

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
        var model = new Argument<string>("model")
        {
            Description = "A pruned model (.zip) or network (.safetensors); for ONNX a dense checkpoint too",
        };
        var target = new Argument<string>("target")
        {
            Description = "The file to write: the network alone (.safetensors, .onnx), or the model file that every reader takes (.zip)",
        }.EndsIn([Tensors, ModelFile.Extension, Onnx], "the network alone is safetensors or ONNX, the model a zip file");
        var form = CommonOptions.Choice("--format", "dense (zeros in removed blocks) or bsr", Form.Bsr);
        var like = new Option<string?>("--like")
        {
            Description = "The checkpoint that was pruned: dense safetensors under its names, which read in its place",
            HelpName = "CHECKPOINT",
        };
        var verb = new Command("export", "Writes the network as safetensors or ONNX, or as the one model file.")
        {
            model, target, form, like, common.NumHeads, common.ImageSize, common.Json,
        };
        return verb.Does(output, (parsed, _) =>
        {
            string path = parsed.GetRequiredValue(target), ending = EndingOf(path);
            AtomicFile.RequireWritable(path);
            if (ending != Tensors && parsed.GetResult(form) is { Implicit: false })
            {
                throw new OptionsException($"--format says how safetensors are written, and a {ending} is none: leave one of them out.");
            }

            if (parsed.GetValue(like) is not null && (ending != Tensors || parsed.GetResult(form) is { Implicit: false }))
            {
                throw new OptionsException("--like writes dense safetensors: give it a target that ends so, and leave --format out.");
            }

            Write(
                parsed.GetRequiredValue(model), path, parsed.GetValue(form), parsed.GetValue(like), common.CheckpointOf(parsed), output);
            long bytes = OutputFile.LengthOf(path);
            if (parsed.GetValue(common.Json))
            {
                output.Json(new { Path = path, Format = FormOf(parsed.GetValue(form)), Bytes = bytes });
            }
            else
            {
                var answer = bytes > 0 ? output.Out : output.Error; // a pipe has no length, and may be this very output
                answer.WriteLine($"{path}: {bytes} bytes");
            }

            return 0;

            Form? FormOf(Form asked) => ending != Tensors ? null : parsed.GetValue(like) is null ? asked : Form.Dense;
        });
    }

    private static void Write(
        string model, string path, Form form, string? like, CheckpointOptions checkpoint, CliOutput output)
    {
        string ending = EndingOf(path);
        var context = new MLContext(seed: 1);
        using var network = ending == Onnx
            ? ModelFile.Open(context, model, checkpoint)
            : ModelFile.OpenPruned(context, model, output);
        switch (ending)
        {
            case ModelFile.Extension:
                context.Model.SavePruned(network, path);
                break;
            case Onnx:
                network.SaveOnnx(path);
                break;
            default:
                Write(network, path, form, like);
                break;
        }
    }

    private static void Write(SparseViTTransformer network, string path, Form form, string? like)
    {
        if (like is not null)
        {
            network.SaveDenseNetwork(path, like);
        }
        else if (form == Form.Dense)
        {
            network.SaveDenseNetwork(path);
        }
        else
        {
            network.SaveNetwork(path);
        }
    }

    // A device or a pipe has none, and takes safetensors.
    private static string EndingOf(string path) =>
        Path.GetExtension(path).ToLowerInvariant() is { Length: > 0 } ending ? ending : Tensors;
}
