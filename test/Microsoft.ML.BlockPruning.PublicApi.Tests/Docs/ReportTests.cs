#pragma warning disable IDE0005 // An application lives outside our namespaces.

using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;

/// <summary>The code of docs/reading-a-report.md, word for word (ReadmeTests compares).</summary>
[TestClass]
public sealed class ReportTests
{
    [TestMethod]
    public void SavedReport_IsReadAsWritten()
    {
        using var folder = new NewcomersFolder();
        var ml = new MLContext(seed: 1);
        var rows = ml.Data.LoadFromEnumerable(Photo.ReadFolder("photos"));
        var photos = ml.Transforms.LoadImages("Image", "", "ImagePath").Fit(rows).Transform(rows);
        using (var network = ml.Transforms.PruneBlocks(new BlockPruneEstimator.Options
        {
            ModelPath = "deit/model.safetensors",
            LabelColumnName = null,
            ValidationSetFraction = 0.2,
        }).Fit(photos))
        {
            File.WriteAllText("report.json", network.Report!.ToJson());
        }

        var (report, worst) = ReadReport();

        Assert.AreEqual(6, report.Network.HeldOut!.Images);
        Assert.HasCount(8, report.Layers);
        Assert.HasCount(3, worst);
    }

    private static (PruneReport Report, LayerReport[] Worst) ReadReport()
    {
        PruneReport report = PruneReport.FromJson(File.ReadAllText("report.json"));
        LayerReport[] worst = [.. report.Layers.OrderByDescending(layer => layer.MeasuredDistortion ?? 0).Take(3)];
        foreach (LayerReport layer in worst)
        {
            Console.WriteLine($"{layer.Name}: {layer.KeptBlocks} of {layer.TotalBlocks} blocks, lost {layer.MeasuredDistortion:P1}");
        }

        return (report, worst);
    }
}
