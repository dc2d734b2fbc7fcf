using System.CommandLine;
using Microsoft.ML.BlockPruning.Benchmarks.Ablation;
using Microsoft.ML.BlockPruning.Benchmarks.Accuracy;
using Microsoft.ML.BlockPruning.Benchmarks.FineTuning;
using Microsoft.ML.BlockPruning.Benchmarks.Inference;
using Microsoft.ML.BlockPruning.Benchmarks.Kernels;
using Microsoft.ML.BlockPruning.Benchmarks.Loading;
using Microsoft.ML.BlockPruning.Benchmarks.Parts;
using Microsoft.ML.BlockPruning.Benchmarks.Progress;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Benchmarks.Saving;
using Microsoft.ML.BlockPruning.Benchmarks.SingleBlocks;
using Microsoft.ML.BlockPruning.Benchmarks.Sweeps;
using Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

var root = new RootCommand("Measures what the README claims.")
{
    KernelCommand.Create(), PruningCommand.Create(), AblationCommand.Create(), FineTuneCommand.Create(), SingleBlockCommand.Create(),
    AgreementCommand.Create(), KillCommand.Create(), SweepCommand.Create(), NetworkCommand.Create(),
    SaveKillCommand.Create(), SaveLoopCommand.Create(), ProgressCommand.Create(), LoadCommand.Create(), LoadOnceCommand.Create(),
    PartCommand.Create(), FormatCommand.Create(), InferenceCommand.Create(),
};
return root.Parse(args).Invoke();
