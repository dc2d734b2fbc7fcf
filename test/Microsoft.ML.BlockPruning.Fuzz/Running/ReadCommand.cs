using System.CommandLine;
using Microsoft.ML.BlockPruning.Fuzz.Targets;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary><c>read</c>: tries files in this process, to look at a finding.</summary>
internal static class ReadCommand
{
    public static System.CommandLine.Command Create()
    {
        var target = new Argument<string>("target") { Description = "The format" };
        var files = new Argument<string[]>("file") { Description = "What to read", Arity = ArgumentArity.OneOrMore };
        var command = new System.CommandLine.Command("read", "Reads files as fuzzing does, and says what came of each.") { target, files };
        command.SetAction(parsed =>
        {
            var format = FuzzTargets.Named(parsed.GetRequiredValue(target));
            int undocumented = 0;
            foreach (string file in parsed.GetRequiredValue(files))
            {
                Console.WriteLine($"{file}: {Outcome(format, File.ReadAllBytes(file), ref undocumented)}");
            }

            return undocumented == 0 ? 0 : 1;
        });
        return command;
    }

    private static string Outcome(IFuzzTarget target, byte[] content, ref int undocumented)
    {
        try
        {
            target.Read(content);
            return "read";
        }
        catch (Exception error) when (target.IsDocumented(error))
        {
            return $"{error.GetType().Name}: {error.Message}";
        }
        catch (Exception error)
        {
            undocumented++;
            return $"not documented: {error}";
        }
    }
}
