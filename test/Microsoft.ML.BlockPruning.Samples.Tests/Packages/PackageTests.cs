using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>The library as a package: what is in it, and that an application which has nothing else loads and scores.</summary>
[TestClass]
public sealed class PackageTests
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];
    private static readonly string Version = $"0.1.0-test.{Guid.NewGuid():N}";
    private static readonly TemporaryFolder Packed = new();

    [ClassInitialize]
    public static void Pack(TestContext context)
    {
        Assert.IsNotNull(context);
        ConsumerProject.Dotnet(
            Repository(), "pack", "src/Microsoft.ML.BlockPruning", "-c", "Release", "--no-build", "-o", Packed.Path,
            $"-p:Version={Version}");
    }

    [ClassCleanup]
    public static void Remove()
    {
        Packed.Dispose();
        string cached = Path.Combine(
            Environment.GetEnvironmentVariable("NUGET_PACKAGES")
                ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages"),
            "microsoft.ml.blockpruning",
            Version);
        if (Directory.Exists(cached))
        {
            Directory.Delete(cached, recursive: true);
        }
    }

    [TestMethod]
    public void Package_CarriesReadmeIconLicenceAndSymbols()
    {
        using var package = ZipFile.OpenRead(Packed.File($"Microsoft.ML.BlockPruning.{Version}.nupkg"));
        using var nuspec = package.GetEntry("Microsoft.ML.BlockPruning.nuspec")!.Open();
        var fields = XDocument.Load(nuspec).Descendants().Where(field => !field.HasElements).ToLookup(field => field.Name.LocalName);

        Assert.AreEqual("MIT", fields["license"].Single().Value);
        Assert.IsNotNull(package.GetEntry(fields["readme"].Single().Value));
        using var icon = package.GetEntry(fields["icon"].Single().Value)!.Open();
        using var image = MLImage.CreateFromStream(Copy(icon));
        Assert.AreEqual((128, 128), (image.Width, image.Height));
        Assert.IsNotNull(package.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.xml"));
        using var symbols = ZipFile.OpenRead(Packed.File($"Microsoft.ML.BlockPruning.{Version}.snupkg"));
        Assert.IsNotNull(symbols.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.pdb"));
        CollectionAssert.DoesNotContain(
            fields["dependency"].Select(dependency => dependency.Attribute("id")!.Value.Split('-')[0]).ToArray(), "libtorch");
    }

    [TestMethod]
    public void Package_RefersToTheOriginalAssemblyOfMlNet()
    {
        // The compiler saw a patched copy; the reference in the metadata must be one that the package of ML.NET meets.
        using var package = ZipFile.OpenRead(Packed.File($"Microsoft.ML.BlockPruning.{Version}.nupkg"));
        using var stream = package.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.dll")!.Open();
        using var assembly = new PEReader(Copy(stream));
        var reader = assembly.GetMetadataReader();
        var core = reader.AssemblyReferences.Select(handle => reader.GetAssemblyReference(handle))
            .Single(reference => reader.GetString(reference.Name) == "Microsoft.ML.Core");

        var original = typeof(MLContext).Assembly.GetReferencedAssemblies().Single(name => name.Name == "Microsoft.ML.Core");

        Assert.AreEqual(original.Version, core.Version);
        CollectionAssert.AreEqual(original.GetPublicKeyToken(), reader.GetBlobBytes(core.PublicKeyOrToken));
    }

    [TestMethod]
    public void FreshApplication_LoadsASavedModelAndScoresTheSameBitsWithoutLibtorch()
    {
        using var source = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 3), images = TinyNetwork.SaveImages(source, perClass: 3, Classes);
        string zip = source.File("pruned.zip");
        string[] paths = [.. Classes.Select(label => Path.Combine(images, label, "2.png"))];
        var pruned = BlockPrune.CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip);
        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        using var application = new TemporaryFolder();
        new ConsumerProject(application).Write(Packed.Path, Version);

        ConsumerProject.Dotnet(application.Path, "build", "-c", "Release", "-o", "out");
        string[] lines = ConsumerProject.Dotnet(application.Path, ["exec", "out/consumer.dll", zip, .. paths]);

        CollectionAssert.AreEqual(Scores(zip, paths), lines[..paths.Length]);
        Assert.AreEqual("", lines[paths.Length], "no native library of libtorch or TorchSharp is loaded");
        Assert.IsEmpty(Directory.GetFiles(application.File("out"), "*torch_cpu*", SearchOption.AllDirectories));
    }

    private static string[] Scores(string zip, string[] paths)
    {
        var context = new MLContext();
        var rows = context.Data.LoadFromEnumerable(paths.Select(path => new ImageFileRow { ImagePath = path, Label = Classes[0] }));
        return [.. context.Model.Load(zip, out _).Transform(rows).GetColumn<float[]>("Score")
            .Select(score => string.Join(' ', score.Select(BitConverter.SingleToInt32Bits)))];
    }

    private static MemoryStream Copy(Stream stream)
    {
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "BlockPruning.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run below the repository.");
    }
}
