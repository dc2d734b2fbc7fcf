using System.IO.Compression;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>The library as a package: what is in it, and that applications which have nothing else of ours run with it.</summary>
[TestClass]
public sealed class PackageTests
{
    private static readonly string[] Classes = ["ant", "bee", "cat"];
    private static PackedLibrary _packed = null!;

    [ClassInitialize]
    public static void Pack(TestContext context)
    {
        Assert.IsNotNull(context);
        _packed = new PackedLibrary();
    }

    [ClassCleanup]
    public static void Remove() => _packed.Dispose();

    [TestMethod]
    public void Package_CarriesReadmeIconLicenceAndSymbols()
    {
        using var package = ZipFile.OpenRead(_packed.FilePath);
        var fields = Nuspec(package).Descendants().Where(field => !field.HasElements).ToLookup(field => field.Name.LocalName);

        Assert.AreEqual("MIT", fields["license"].Single().Value);
        Assert.AreEqual(RepositoryRoot.NewestChanges().Text, fields["releaseNotes"].Single().Value.ReplaceLineEndings("\n"));
        StringAssert.Matches(fields["repository"].Single().Attribute("commit")?.Value ?? "", new Regex("^[0-9a-f]{40}$"));
        using var readme = new StreamReader(package.GetEntry(fields["readme"].Single().Value)!.Open());
        string page = Path.Combine(RepositoryRoot.Path, "src/Microsoft.ML.BlockPruning/PACKAGE.md");
        Assert.AreEqual(File.ReadAllText(page), readme.ReadToEnd());
        Assert.IsNotNull(package.GetEntry("NOTICE"));
        using var icon = package.GetEntry(fields["icon"].Single().Value)!.Open();
        using var image = MLImage.CreateFromStream(Copy(icon));
        Assert.AreEqual((128, 128), (image.Width, image.Height));
        Assert.IsNotNull(package.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.xml"));
        using var symbols = ZipFile.OpenRead(_packed.SymbolsPath);
        Assert.IsNotNull(symbols.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.pdb"));
    }

    /// <summary>Both generations of ML.NET, no upper bound on SkiaSharp, no libtorch, and nothing that merely came in with these.</summary>
    [TestMethod]
    public void Package_DemandsNoMoreThanItNeeds()
    {
        using var package = ZipFile.OpenRead(_packed.FilePath);

        var demands = Nuspec(package).Descendants().Where(field => field.Name.LocalName == "dependency")
            .Select(dependency => $"{dependency.Attribute("id")!.Value} {dependency.Attribute("version")!.Value}");

        CollectionAssert.AreEquivalent(
            new[]
            {
                "Microsoft.Extensions.Diagnostics.HealthChecks 10.0.0",
                "Microsoft.ML [5.0.1, 7.0.0)",
                "Microsoft.ML.ImageAnalytics [5.0.1, 7.0.0)",
                "SkiaSharp 2.88.9",
                "SkiaSharp.NativeAssets.Linux.NoDependencies 2.88.9",
                "System.Numerics.Tensors 10.0.15",
                "TorchSharp 0.107.0",
            },
            demands.ToArray());
    }

    /// <summary>
    /// The compiler saw a patched copy; the reference in the metadata must be one that the package of ML.NET meets. The oldest versions
    /// are named: a newer assembly answers a reference to an older one, never the other way.
    /// </summary>
    [TestMethod]
    public void Package_RefersToTheOldestAssembliesThatItSupports()
    {
        using var package = ZipFile.OpenRead(_packed.FilePath);
        using var stream = package.GetEntry("lib/net10.0/Microsoft.ML.BlockPruning.dll")!.Open();
        using var assembly = new PEReader(Copy(stream));
        var reader = assembly.GetMetadataReader();
        var references = reader.AssemblyReferences.Select(handle => reader.GetAssemblyReference(handle))
            .ToDictionary(reference => reader.GetString(reference.Name));
        var core = references["Microsoft.ML.Core"];

        var original = typeof(MLContext).Assembly.GetReferencedAssemblies().Single(name => name.Name == "Microsoft.ML.Core");

        Assert.AreEqual(original.Version, core.Version);
        CollectionAssert.AreEqual(original.GetPublicKeyToken(), reader.GetBlobBytes(core.PublicKeyOrToken));
        Assert.AreEqual(new Version(2, 88, 0, 0), references["SkiaSharp"].Version);
    }

    [TestMethod]
    [DataRow(null, "5.0.1", "2.88.9")] // the oldest, as an application that asks for nothing gets it
    [DataRow("6.0.0", "6.0.0", "3.119")]
    public void FreshApplication_LoadsASavedModelAndScoresTheSameBitsWithoutLibtorch(string? asked, string mlNet, string skia)
    {
        using var source = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 3), images = TinyNetwork.SaveImages(source, perClass: 3, Classes);
        string zip = source.File("pruned.zip");
        string[] paths = [.. Classes.Select(label => Path.Combine(images, label, "2.png"))];
        var pruned = BlockPrune.CliRun.Of("prune", "--model", model, "--images", images, "--block", "8x8", "--output", zip);
        Assert.AreEqual(0, pruned.ExitCode, pruned.Error);
        using var application = new TemporaryFolder();
        var consumer = new ConsumerProject(application, ScoringProgram.Source);
        consumer.Build(_packed.Folder, _packed.Version, asked is null ? [] : [("Microsoft.ML.ImageAnalytics", asked)]);

        string[] lines = consumer.Run([zip, .. paths]);

        CollectionAssert.AreEqual(Scores(zip, paths), lines[..paths.Length]);
        Assert.AreEqual("", lines[paths.Length], "no native library of libtorch or TorchSharp is loaded");
        Assert.AreEqual($"Microsoft.ML.Core {mlNet}", lines[paths.Length + 1]);
        StringAssert.StartsWith(lines[paths.Length + 2], $"SkiaSharp {skia}");
        Assert.IsEmpty(Directory.GetFiles(application.File("out"), "*torch_cpu*", SearchOption.AllDirectories));
    }

    /// <summary>
    /// Every package around this one in one process. Microsoft.ML.TorchSharp was compiled for TorchSharp 0.102.7, and pruning needs 0.107:
    /// what it calls is there but for one member, which its object detection needs.
    /// </summary>
    [TestMethod]
    [OSCondition(OperatingSystems.Linux)]
    [DataRow("5.0.1", "0.23.1")]
    [DataRow("6.0.0", "0.24.0")]
    public void FreshApplication_PrunesBesideMicrosoftMlTorchSharp(string mlNet, string theirs)
    {
        using var source = new TemporaryFolder();
        string model = TinyNetwork.Save(source, classes: 3), images = TinyNetwork.SaveImages(source, perClass: 3, Classes);
        using var application = new TemporaryFolder();
        var consumer = new ConsumerProject(application, TwoTorchProgram.Source);
        consumer.Build(
            _packed.Folder, _packed.Version, ("Microsoft.ML", mlNet), ("Microsoft.ML.ImageAnalytics", mlNet),
            ("Microsoft.ML.OnnxTransformer", mlNet), ("Microsoft.ML.TorchSharp", theirs), ("TorchSharp", "0.107.0"),
            ("libtorch-cpu-linux-x64", "2.10.0"));

        // ML.NET logs to the same stream.
        string[] lines = [.. consumer.Run(model, images).Where(line => line.Split(' ')[0] is "theirs" or "ours" or "missing")];

        string[] expected =
        [
            "theirs ImagePath Label PredictedLabel Score",
            "theirs 2x4 True",
            "theirs 1.00", // what was found is what is there
            "ours 9 True",
            "missing Microsoft.ML.TorchSharp Method not found: 'Tensor functional.interpolate(Tensor, Int64[], Double[], "
                + "InterpolationMode, System.Nullable`1<Boolean>, Boolean)'.",
        ];
        CollectionAssert.AreEqual(expected, lines, string.Join('\n', lines));
    }

    private static XDocument Nuspec(ZipArchive package)
    {
        using var nuspec = package.GetEntry("Microsoft.ML.BlockPruning.nuspec")!.Open();
        return XDocument.Load(nuspec);
    }

    private static string[] Scores(string zip, string[] paths)
    {
        var context = new MLContext();
        var rows = context.Data.LoadFromEnumerable(
            paths.Select(path => new LabelledImage { Image = File.ReadAllBytes(path) }));
        return [.. context.Model.Load(zip, out _).Transform(rows).GetColumn<float[]>("Score")
            .Select(score => string.Join(' ', score.Select(BitConverter.SingleToInt32Bits)))];
    }

    private sealed class LabelledImage
    {
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = Classes[0];
    }

    private static MemoryStream Copy(Stream stream)
    {
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        copy.Position = 0;
        return copy;
    }
}
