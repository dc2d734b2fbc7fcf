using System.Reflection;

namespace Microsoft.ML.BlockPruning.Tests.Torch;

/// <summary>A copy of the tests' output folder whose native files a test may take away or replace; big files are links.</summary>
internal sealed class ApplicationFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    public ApplicationFolder()
    {
        string own = Assembly.GetExecutingAssembly().GetName().Name!;
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory))
        {
            string name = System.IO.Path.GetFileName(file);
            if (name.StartsWith(own + ".", StringComparison.Ordinal))
            {
                File.Copy(file, System.IO.Path.Combine(Path, name)); // the host takes the application's folder from the real file
            }
            else
            {
                File.CreateSymbolicLink(System.IO.Path.Combine(Path, name), file);
            }
        }

        Directory.CreateDirectory(Natives);
        foreach (string file in Directory.EnumerateFiles(ShimFile.NativeFolder)
            .Where(file => !file.Contains(".compat.", StringComparison.Ordinal)))
        {
            File.CreateSymbolicLink(Native(System.IO.Path.GetFileName(file)), file);
        }
    }

    public string Path => _folder.FullName;

    public string Natives => System.IO.Path.Combine(Path, "runtimes", "linux-x64", "native");

    public string Native(string name) => System.IO.Path.Combine(Natives, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
