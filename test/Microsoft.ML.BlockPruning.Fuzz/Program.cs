using System.CommandLine;
using Microsoft.ML.BlockPruning.Fuzz.Coverage;
using Microsoft.ML.BlockPruning.Fuzz.Running;

// Before any instrumented code runs: it writes to the map.
var map = new CoverageMap();
var root = new RootCommand("Looks for files that end the product, or that it answers with what no page documents.")
{
    FuzzCommand.Create(), ReadCommand.Create(), ChildCommand.Create(map),
};
return root.Parse(args).Invoke();
