using System.CommandLine;

namespace TrainViT;

/// <summary>The command line of the sample.</summary>
internal static class TrainCommand
{
    /// <summary>Runs the program.</summary>
    /// <returns>0; 1 where training failed; 2 where the options are wrong; 130 where it was cancelled.</returns>
    public static Task<int> InvokeAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancel = default) =>
        CommandShell.InvokeAsync(Create(error), args, output, error, cancel);

    internal static RootCommand Create(TextWriter error)
    {
        var defaults = new TrainingOptions { DataFolder = "", OutputFolder = "" };
        var data = new Option<string>("--data") { Description = "Folder with Fashion-MNIST's four .gz files.", Required = true };
        var output = new Option<string>("--out")
        {
            Description = "Folder for the network, its config.json and the state to resume from.",
            Required = true,
        };
        var epochs = Number("--epochs", "Passes over the training images.", defaults.Epochs);
        var seed = Number("--seed", "Seeds weights, order and augmentation.", defaults.Seed);
        var depth = Number("--depth", "Encoder layers.", defaults.Depth);
        var width = Number("--dim", "Features of a token.", defaults.EmbedDim);
        var heads = Number("--heads", "Attention heads.", defaults.NumHeads);
        var mlp = Number("--mlp", "Hidden features of the MLP.", defaults.MlpDim);
        var batch = Number("--batch", "Images of a step.", defaults.BatchSize);
        var rate = new Option<double>("--rate")
        {
            Description = "Peak of the learning rate.",
            DefaultValueFactory = _ => defaults.LearningRate,
        };
        rate.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !(result.GetValueOrDefault<double>() is > 0 and < double.PositiveInfinity))
            {
                result.AddError($"--rate {result.Tokens[0].Value} is not above zero.");
            }
        });
        var threads = Number("--threads", "Threads of libtorch.", Environment.ProcessorCount);
        var precision = new Option<Precision>("--precision")
        {
            Description = "What forward and backward compute in; weights are float32 either way.",
            DefaultValueFactory = _ => defaults.Precision,
        };
        var root = new RootCommand("Trains a vision transformer on Fashion-MNIST; run again with the same --out to resume.")
        {
            data, output, epochs, seed, depth, width, heads, mlp, batch, rate, threads, precision,
        };
        root.Does(error, (parsed, cancel) =>
        {
            var options = new TrainingOptions
            {
                DataFolder = parsed.GetRequiredValue(data),
                OutputFolder = parsed.GetRequiredValue(output),
                Epochs = parsed.GetValue(epochs),
                Seed = parsed.GetValue(seed),
                Depth = parsed.GetValue(depth),
                EmbedDim = parsed.GetValue(width),
                NumHeads = parsed.GetValue(heads),
                MlpDim = parsed.GetValue(mlp),
                BatchSize = parsed.GetValue(batch),
                LearningRate = parsed.GetValue(rate),
                Threads = parsed.GetValue(threads),
                Precision = parsed.GetValue(precision),
            };
            try
            {
                TrainingSession.Run(options, cancel);
                return 0;
            }
            catch (OperationCanceledException)
            {
                error.WriteLine("The same command goes on after the last whole epoch.");
                throw;
            }
        });
        return root;
    }

    private static Option<int> Number(string name, string description, int value)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && result.GetValueOrDefault<int>() < (name == "--seed" ? 0 : 1))
            {
                result.AddError($"{name} {result.Tokens[0].Value} is too small.");
            }
        });
        return option;
    }
}
