using System.CommandLine;

namespace BlockPrune.Cli;

/// <summary><c>blockprune new</c>: a project of one's own that trains, serves and uses a pruned model.</summary>
internal static class NewVerb
{
    public static Command Create(CliOutput output)
    {
        var common = new CommonOptions();
        var name = new Argument<string>("name") { Description = "The project's name: letters, digits and . _ -" };
        var folder = new Option<string?>("--output")
        {
            Description = "The folder to write into, new or empty (default: one with the project's name, here)",
            HelpName = "FOLDER",
        };
        var verb = new Command("new", "Writes a project that trains, judges, sweeps and serves, with a network and images to begin with.")
        {
            name, folder, common.Json,
        };
        return verb.Does(output, (parsed, cancel) =>
        {
            var project = ProjectName.Parse(parsed.GetRequiredValue(name));
            string target = parsed.GetValue(folder) ?? project.Name;
            int files = new ProjectTemplate(project).Write(target, cancel);
            if (parsed.GetValue(common.Json))
            {
                output.Json(new { project.Name, project.Namespace, Path = Path.GetFullPath(target), Files = files });
                return 0;
            }

            output.Out.WriteLine($"{files} files in {target}; README.md there says more. Next:");
            foreach (string command in NextCommands(project, target))
            {
                output.Out.WriteLine($"  {command}");
            }

            return 0;
        });
    }

    private static IEnumerable<string> NextCommands(ProjectName project, string target) =>
    [
        $"cd \"{target}\"",
        "dotnet run -c Release -- train",
        "dotnet run -c Release -- evaluate",
        "dotnet run -c Release -- predict data/test/Bag/0000.png",
        $"dotnet run -c Release --project {project.Name}.WebApi",
    ];
}
