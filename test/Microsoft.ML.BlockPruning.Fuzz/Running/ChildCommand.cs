using System.CommandLine;
using Microsoft.ML.BlockPruning.Fuzz.Coverage;
using Microsoft.ML.BlockPruning.Fuzz.Targets;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary><c>child</c>: what <c>run</c> starts; not for people.</summary>
internal static class ChildCommand
{
    public static System.CommandLine.Command Create(CoverageMap map)
    {
        var target = new Argument<string>("target");
        var folder = new Option<string>("--folder") { Required = true };
        var seed = new Option<int>("--seed") { Required = true };
        var seconds = new Option<double>("--seconds") { Required = true };
        var command = new System.CommandLine.Command("child", "Tries inputs of one target.") { target, folder, seed, seconds };
        command.SetAction(parsed =>
        {
            var format = FuzzTargets.Named(parsed.GetRequiredValue(target));
            using var child = new FuzzChild(map, format, new FuzzFolder(parsed.GetRequiredValue(folder)), parsed.GetValue(seed));
            child.Run(TimeSpan.FromSeconds(parsed.GetValue(seconds)));
            return 0;
        });
        return command;
    }
}
