namespace Microsoft.ML.BlockPruning.Samples.Tests.Packages;

/// <summary>
/// An application that prunes with this library and uses Microsoft.ML.TorchSharp, both on one libtorch: NETWORK, IMAGES (a folder a class).
/// </summary>
internal static class TwoTorchProgram
{
    // Their trainers fetch weights, so what runs without a network is their catalog: an estimator and its schema, a module of
    // theirs on libtorch, and the evaluation of an object detector behind a pipeline. Every line that it prints is checked.
    public const string Source = """
        using System.Reflection;
        using System.Reflection.Metadata;
        using System.Reflection.Metadata.Ecma335;
        using System.Reflection.PortableExecutable;
        using Microsoft.ML;
        using Microsoft.ML.BlockPruning;
        using Microsoft.ML.BlockPruning.Sparsity;
        using Microsoft.ML.Data;
        using Microsoft.ML.TorchSharp;
        using Microsoft.ML.TorchSharp.AutoFormerV2;
        using TorchSharp;

        var ml = new MLContext(seed: 1);
        var images = ml.Data.LoadFromEnumerable(Directory.GetFiles(args[1], "*.png", SearchOption.AllDirectories).Order().Select(
            path => new Picture { ImagePath = path, Label = Path.GetFileName(Path.GetDirectoryName(path))! }));
        var ours = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.Transforms.LoadImages("Image", "", "ImagePath"))
            .Append(ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
            {
                ModelPath = args[0], Block = new BlockShape(8, 8), Budget = PruneBudget.Flops(0.5),
            }))
            .Fit(images);
        string[] before = Bits(ours, images);

        var classifier = ml.Transforms.Conversion.MapValueToKey("Label")
            .Append(ml.MulticlassClassification.Trainers.TextClassification("Label", sentence1ColumnName: "ImagePath"));
        var schema = classifier.GetOutputSchema(SchemaShapeOf(images.Schema));
        Console.WriteLine($"theirs {string.Join(' ', schema.Select(column => column.Name))}");

        using (var part = new MLP(inFeatures: 8, hiddenFeatures: 16, outFeatures: 4))
        using (var answer = part.forward(torch.ones(2, 8)))
        {
            Console.WriteLine($"theirs {string.Join('x', answer.shape)} {answer.isfinite().all().item<bool>()}");
        }

        var boxes = ml.Data.LoadFromEnumerable(new[]
        {
            new Detection { Label = ["cat", "dog"], Box = [0, 0, 9, 9, 20, 20, 40, 40], Found = ["cat", "dog"], Score = [0.9f, 0.8f] },
            new Detection { Label = ["cat"], Box = [5, 5, 25, 25], Found = ["cat"], Score = [0.7f] },
        });
        var keyed = ml.Transforms.Conversion.MapValueToKey("Found").Append(ml.Transforms.Conversion.MapKeyToValue("Found"))
            .Append(ml.Transforms.CopyColumns("FoundBox", "Box")).Fit(boxes).Transform(boxes);
        var columns = keyed.Schema;
        var metrics = ml.MulticlassClassification.EvaluateObjectDetection(
            keyed, columns["Label"], columns["Box"], columns["Found"], columns["FoundBox"], columns["Score"]);
        Console.WriteLine(FormattableString.Invariant($"theirs {metrics.MAP50:F2}"));

        Console.WriteLine($"ours {before.Length} {before.SequenceEqual(Bits(ours, images))}");
        Missing(typeof(BlockPruneEstimator).Assembly);
        Missing(typeof(TorchSharpCatalog).Assembly);
        Missing(typeof(OnnxCatalog).Assembly);

        static string[] Bits(ITransformer model, IDataView images) =>
            [.. model.Transform(images).GetColumn<float[]>("Score")
                .Select(row => string.Join(' ', row.Select(BitConverter.SingleToInt32Bits)))];

        // ML.NET makes the shape of an estimator's input itself, in a method that is not public.
        static SchemaShape SchemaShapeOf(DataViewSchema schema) => (SchemaShape)typeof(SchemaShape)
            .GetMethod("Create", BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)!.Invoke(null, [schema])!;

        // Members that an assembly was compiled against and that are not there at run time.
        static void Missing(Assembly assembly)
        {
            using var file = new PEReader(File.OpenRead(assembly.Location));
            foreach (var handle in file.GetMetadataReader().MemberReferences)
            {
                try
                {
                    assembly.ManifestModule.ResolveMember(MetadataTokens.GetToken(handle));
                }
                catch (Exception gone) when (gone is MissingMemberException or TypeLoadException or FileNotFoundException)
                {
                    Console.WriteLine($"missing {assembly.GetName().Name} {gone.Message}");
                }
                catch (ArgumentException)
                {
                    // a member of a generic type whose arguments the reference does not tell
                }
            }
        }

        internal sealed class Picture
        {
            public string ImagePath { get; set; } = "";

            public string Label { get; set; } = "";
        }

        internal sealed class Detection
        {
            public string[] Label { get; set; } = [];

            public float[] Box { get; set; } = [];

            public string[] Found { get; set; } = [];

            public float[] Score { get; set; } = [];
        }
        """;
}
