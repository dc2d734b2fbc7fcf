using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.ML.BlockPruning.Hosting;
using Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Samples.Tests.OneModelFile;

/// <summary>Every way to score images with a model's file: a row each.</summary>
internal static class Readers
{
    public static IReadOnlyList<(string Name, Func<string, IReadOnlyList<string>, IEnumerable<(string Label, float[] Score)>> Read)> Table
    {
        get;
    } =
    [
        ("LoadChecked, ImagePath", ByPath),
        ("LoadChecked, Image", ByBytes),
        ("LoadSparseViT", ByTransformer),
        ("LoadViT", ByEither),
        ("PrunedModel, bytes", ByPrunedModel),
        ("PrunedModel, file", ByPrunedModelsFile),
        ("AddPrunedModel", ByService), // and with it the web service, which answers without logits
        ("blockprune predict", ByCli),
    ];

    private static List<(string Label, float[] Score)> ByPath(string path, IReadOnlyList<string> images)
    {
        var ml = new MLContext();
        using var engine = ml.Model.CreatePredictionEngine<Photo, Answer>(ml.Model.LoadChecked(path, out _));
        return [.. images.Select(image => engine.Predict(new Photo { ImagePath = image })).Select(answer => answer.Pair)];
    }

    private static List<(string Label, float[] Score)> ByBytes(string path, IReadOnlyList<string> images)
    {
        var ml = new MLContext();
        using var engine = ml.Model.CreatePredictionEngine<Content, Answer>(ml.Model.LoadChecked(path, out _));
        return [.. images.Select(image => engine.Predict(new Content { Image = File.ReadAllBytes(image) })).Select(answer => answer.Pair)];
    }

    private static List<(string Label, float[] Score)> ByTransformer(string path, IReadOnlyList<string> images)
    {
        using var network = new MLContext().Transforms.LoadSparseViT(path);
        return Answers(network, images);
    }

    private static List<(string Label, float[] Score)> ByEither(string path, IReadOnlyList<string> images)
    {
        using var network = new MLContext().Transforms.LoadViT(path);
        return Answers(network, images);
    }

    private static List<(string Label, float[] Score)> ByPrunedModel(string path, IReadOnlyList<string> images)
    {
        using var model = PrunedModel.Load(path);
        return [.. images.Select(image => model.Predict(File.ReadAllBytes(image))).Select(Pair)];
    }

    private static List<(string Label, float[] Score)> ByPrunedModelsFile(string path, IReadOnlyList<string> images)
    {
        using var model = PrunedModel.Load(path);
        return [.. images.Select(model.PredictFile).Select(Pair)];
    }

    private static List<(string Label, float[] Score)> ByService(string path, IReadOnlyList<string> images)
    {
        using var provider = new ServiceCollection().AddLogging().AddPrunedModel(path).BuildServiceProvider();
        foreach (var start in provider.GetServices<IHostedService>())
        {
            start.StartAsync(CancellationToken.None).Wait();
        }

        var scorer = provider.GetRequiredService<IPrunedModelScorer>();
        return [.. images.Select(image => scorer.Predict(File.ReadAllBytes(image))).Select(Pair)];
    }

    private static List<(string Label, float[] Score)> ByCli(string path, IReadOnlyList<string> images)
    {
        var run = CliRun.Of(["predict", path, .. images, "--json"]);
        Assert.AreEqual(0, run.ExitCode, run.Error);
        return [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(AnswerOf)];
    }

    private static (string Label, float[] Score) AnswerOf(string line)
    {
        using var answer = JsonDocument.Parse(line);
        float[] score = [.. answer.RootElement.GetProperty("score").EnumerateArray().Select(
            one => float.Parse(one.GetRawText(), CultureInfo.InvariantCulture))];
        return (answer.RootElement.GetProperty("label").GetString()!, score);
    }

    private static List<(string Label, float[] Score)> Answers(SparseViTTransformer network, IReadOnlyList<string> images)
    {
        var rows = new MLContext().Data.LoadFromEnumerable(images.Select(image => new Photo { ImagePath = image }));
        var scored = network.Transform(rows);
        return
        [
            .. scored.GetColumn<uint>("PredictedLabel").Zip(
                scored.GetColumn<float[]>("Score"), (key, score) => (network.LabelNames[(int)key - 1], score)),
        ];
    }

    private static (string Label, float[] Score) Pair(PrunedPrediction prediction) => (prediction.PredictedLabel, [.. prediction.Score]);

    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";
    }

    private sealed class Content
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Answer
    {
        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];

        public (string Label, float[] Score) Pair => (PredictedLabel, Score);
    }
}
