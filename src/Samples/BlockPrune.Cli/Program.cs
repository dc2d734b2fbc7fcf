using BlockPrune.Cli;
using Microsoft.ML.BlockPruning;

return SweepWorker.TryRun(args) ? 0 : await Cli.InvokeAsync(args, Console.Out, Console.Error, ConsoleFactory.Create());
