using System.Globalization;
using TorchSharp;
using TrainViT;

Microsoft.ML.BlockPruning.Training.LibTorch.EnsureLoaded();
torch.set_num_threads(int.Parse(args.ElementAtOrDefault(3) ?? "2", CultureInfo.InvariantCulture));
var options = new TrainingOptions
{
    DataFolder = args[0],
    OutputFolder = args[1],
    Epochs = int.Parse(args[2], CultureInfo.InvariantCulture),
    Precision = args.ElementAtOrDefault(4) == "fp32" ? Precision.Float32 : Precision.BFloat16,
};
using var run = new TrainingRun(options);
var clock = System.Diagnostics.Stopwatch.StartNew();
run.Run(
    (epoch, step, loss) =>
    {
        if (step % 20 == 0)
        {
            Console.WriteLine($"epoch {epoch + 1} step {step}/{run.StepsPerEpoch} loss {loss:F4} {clock.Elapsed.TotalSeconds:F1} s");
        }
    },
    (epoch, loss, top1, seconds) => Console.WriteLine($"epoch {epoch}: loss {loss:F4} top-1 {top1:P2} {seconds:F1} s"),
    CancellationToken.None);
