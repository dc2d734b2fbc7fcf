using System.Reflection;
using System.Text;
using Microsoft.ML.BlockPruning.Reporting;
using Microsoft.ML.BlockPruning.Tests.Inference;
using Microsoft.ML.BlockPruning.Tests.MlNet.Saving;
using Microsoft.ML.BlockPruning.Tests.Reporting;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>What loads can be saved, and loads again to the same scores, however odd its content is.</summary>
[TestClass]
public sealed class SavableModelTests
{
    private readonly MLContext _ml = new(seed: 1);
    private readonly List<EncodedRow> _rows = TestImages.EncodedRows(1);

    /// <summary>Odd but valid content of every stream: what loads, saves, and loads again to the same scores.</summary>
    [TestMethod]
    public void AModelThatLoads_CanBeSaved()
    {
        byte[] model = ModelZip.With(Save(), "Checksums", null);
        string report = Encoding.UTF8.GetString(ModelZip.Streams(model)["Report"]);
        string[] reports =
        [
            report.Replace("1152", "2147483647"), report.Replace("1152", "-1"), report.Replace("0.0123", "1e308"),
            report.Replace("0.0123", "-1e999"), report.Replace("0.0123", "1e-999"), report.Replace("one | two", "\\ud800"),
            report.Replace("one | two", "\\u0000\\u001b[2J"), report.Replace("0.0123", "\"NaN\""), report.Replace("30,", "3e1,"),
            report.Replace("35241.5", "1e400"), "\u0000", "{}", "[1e999]", new string('[', 200),
        ];
        int read = 0;
        foreach (string text in reports)
        {
            Assert.AreNotEqual(report, text);
            var loaded = Load(ModelZip.With(model, "Report", Encoding.UTF8.GetBytes(text)));
            if (Network(loaded).Report is { } odd)
            {
                read++;
                Assert.IsNotEmpty(odd.ToText() + odd.ToMarkdown() + odd.ToHtml());
            }

            AssertSavesAndLoadsAgain(loaded);
        }

        Assert.IsGreaterThan(3, read);
    }

    /// <summary>A byte of the columns or of the network's metadata is another one, and no checksum tells.</summary>
    [TestMethod]
    public void AModelThatLoads_WithOddColumnsOrMetadata_CanBeSaved()
    {
        byte[] model = ModelZip.With(ModelZip.With(Save(), "Checksums", null), "Report", null);
        byte[] spec = ModelZip.Streams(model)["Spec"], network = ModelZip.Streams(model)["SparseViT"];
        var random = new Random(3);
        int loaded = 0;
        for (int round = 0; round < 300; round++)
        {
            byte[] damaged;
            if (round % 2 == 0)
            {
                byte[] columns = [.. spec];
                columns[random.Next(columns.Length)] = (byte)random.Next(256);
                damaged = ModelZip.With(model, "Spec", columns);
            }
            else
            {
                var file = new EditableNetworkFile(network);
                char[] text = [.. file.Metadata["blockpruning"]];
                text[random.Next(text.Length)] = (char)random.Next(32, 0xFFFF);
                file.Metadata["blockpruning"] = new string(text);
                damaged = ModelZip.With(model, "SparseViT", file.ToBytes());
            }

            ITransformer found;
            try
            {
                found = Load(damaged);
            }
            catch (Exception error) when (IsDocumented(error))
            {
                continue;
            }

            loaded++;
            AssertSavesAndLoadsAgain(found);
        }

        Assert.IsGreaterThan(30, loaded);
    }

    // ML.NET calls loaders by reflection.
    private static bool IsDocumented(Exception error) => error is InvalidDataException or FormatException
        || (error is TargetInvocationException && IsDocumented(error.InnerException!));

    private static SparseViTTransformer Network(ITransformer model) => model switch
    {
        SparseViTTransformer network => network,
        TransformerChain<ITransformer> chain => chain.OfType<SparseViTTransformer>().Single(),
        _ => throw new AssertFailedException(model.GetType().Name),
    };

    private void AssertSavesAndLoadsAgain(ITransformer model)
    {
        using var stream = new MemoryStream();
        _ml.Model.Save(model, null, stream);
        using var first = Network(model);
        using var again = Network(Load(stream.ToArray()));
        Assert.IsEmpty(again.Notes);
        Assert.AreEqual(first.Settings, again.Settings);
        Assert.AreEqual(Scores(first), Scores(again));
    }

    /// <summary>The bits of one image's logits, whatever the columns are called.</summary>
    private static string Scores(SparseViTTransformer network)
    {
        float[] logits = new float[network.Network.NumClasses];
        float[] image = [.. Enumerable.Range(0, network.Network.ImageDim).Select(i => (i % 17) - 8f)];
        network.Scorer.Score(image, 1, logits);
        return TestData.Hex(logits);
    }

    private byte[] Save()
    {
        using var transformer = TestNetworks.Transformer(_ml, report: TestReports.Create());
        using var stream = new MemoryStream();
        _ml.Model.Save(transformer, _ml.Data.LoadFromEnumerable(_rows).Schema, stream);
        return stream.ToArray();
    }

    private ITransformer Load(byte[] model) => _ml.Model.Load(new MemoryStream(model), out _);
}
