using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using FashionMnist;

namespace BlockPrune.Cli;

/// <summary>PruneModel and its web service as a project of another name: the same files but for what is replaced here.</summary>
internal sealed partial class ProjectTemplate
{
    // Pruned and judged within a minute.
    private const int TrainPerClass = 50;
    private const int TestPerClass = 100;

    private readonly Dictionary<string, string> _replacements;
    private readonly byte[] _library = TemplateResources.ReadBytes(TemplateResources.Library);
    private readonly string _id;
    private readonly string _version;

    /// <param name="project">The new name.</param>
    public ProjectTemplate(ProjectName project)
    {
        (_id, _version) = IdentityOf(_library);
        _replacements = new Dictionary<string, string>
        {
            ["PruneModelSample"] = project.Namespace,
            ["PruneModel.WebApi"] = $"{project.Name}.WebApi",
            ["PruneModel.csproj"] = $"{project.Name}.csproj",
            ["Project.slnx"] = $"{project.Name}.slnx",
            ["$PROJECT$"] = project.Name,
            ["../PruneModel/"] = "../", // the service's folder lies in the project's, not beside it
            ["\"fashion/"] = "\"data/",
            ["\"Bundled/"] = "\"data/",
        };
    }

    /// <summary>Writes the project.</summary>
    /// <param name="folder">New or empty.</param>
    /// <param name="cancel">Ends the writing; what was written goes.</param>
    /// <returns>Files written.</returns>
    /// <exception cref="IOException">The folder holds something, is a file, or cannot be written.</exception>
    public int Write(string folder, CancellationToken cancel)
    {
        bool wasThere = Directory.Exists(folder);
        if (File.Exists(folder) || (wasThere && Directory.EnumerateFileSystemEntries(folder).Any()))
        {
            throw new IOException(
                $"'{folder}' is {(wasThere ? "a folder that is not empty" : "a file")}: give another name, or --output with an empty "
                + "folder.");
        }

        var target = Directory.CreateDirectory(folder);
        try
        {
            WriteFiles(target.FullName, cancel);
            WriteData(Path.Combine(target.FullName, "data"), cancel);
            return target.GetFiles("*", SearchOption.AllDirectories).Length;
        }
        catch
        {
            Clear(target);
            if (!wasThere)
            {
                target.Delete();
            }

            throw;
        }
    }

    private void WriteFiles(string folder, CancellationToken cancel)
    {
        foreach (string path in TemplateResources.TextFiles)
        {
            cancel.ThrowIfCancellationRequested();
            string target = Path.Combine(folder, Replace(path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.WriteAllText(target, Alone(Replace(TemplateResources.ReadText(path))));
        }

        string packages = Directory.CreateDirectory(Path.Combine(folder, "packages")).FullName;
        File.WriteAllBytes(Path.Combine(packages, $"{_id}.{_version}.nupkg"), _library);
    }

    private static void WriteData(string folder, CancellationToken cancel)
    {
        ImageFolders.Write(folder, TrainPerClass, TestPerClass, "png");
        cancel.ThrowIfCancellationRequested();
        foreach (string file in new[] { FashionMnistData.NetworkPath, Path.Combine(FashionMnistData.BundledFolder, "config.json") })
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    // In one pass: a name may hold what is replaced.
    private string Replace(string text) =>
        Regex.Replace(text, string.Join('|', _replacements.Keys.Select(Regex.Escape)), match => _replacements[match.Value]);

    // The package that travels with the project, and nothing of the repository.
    private string Alone(string text) => RepositoryImport().Replace(LibraryVersion().Replace(text, _version), "");

    [GeneratedRegex(@"[ \t]*<Import Project=""\.\./Repository\.targets""[^>]*/>\r?\n")]
    private static partial Regex RepositoryImport();

    [GeneratedRegex(@"(?<=Include=""Microsoft\.ML\.BlockPruning"" Version="")[^""]*")]
    private static partial Regex LibraryVersion();

    private static (string Id, string Version) IdentityOf(byte[] package)
    {
        using var zip = new ZipArchive(new MemoryStream(package));
        using var nuspec = zip.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        var fields = XDocument.Load(nuspec).Root!.Elements().Single().Elements()
            .ToLookup(field => field.Name.LocalName, field => field.Value);
        return (fields["id"].Single(), fields["version"].Single());
    }

    private static void Clear(DirectoryInfo folder)
    {
        foreach (var entry in folder.GetFileSystemInfos())
        {
            if (entry is DirectoryInfo sub)
            {
                sub.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }
}
