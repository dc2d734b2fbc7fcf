using System.Net;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Pruning;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

[TestClass]
public sealed class PredictionServiceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Predict_AnswersAsTheModelDoesFromManyRequestsAtOnce()
    {
        var (settings, _) = TestService.Train(_folder);
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath);
        using var model = Generated.LoadModel(settings.ModelPath);
        string[] files = TestService.ImagesOf(settings);

        string[] answers = await Task.WhenAll(files.Select(file => service.PredictAsync(File.ReadAllBytes(file))));

        foreach (var (file, answer) in files.Zip(answers))
        {
            var expected = model.PredictFile(file);
            Assert.Contains($"\"label\":\"{expected.PredictedLabel}\"", answer);
        }

        Assert.AreEqual("Healthy", await service.Client.GetStringAsync("health"));
        string figures = await service.Client.GetStringAsync("metrics");
        Assert.MatchesRegex("blockpruning_model_loads.*outcome=\"loaded\"", figures);
        Assert.MatchesRegex("blockpruning_images.*outcome=\"scored\"", figures);
        Assert.Contains("blockpruning_predict_duration_bucket", figures);
    }

    [TestMethod]
    public async Task Predict_NamesAsManyClassesAsAskedFor()
    {
        var (settings, image) = TestService.Train(_folder);
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath);
        var all = JsonSerializer.Deserialize<JsonElement>(await service.PredictAsync(image)).GetProperty("probabilities");

        using var answer = await service.Client.PostAsync("predict?top=2", new ByteArrayContent(image));

        var top = JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("probabilities");
        CollectionAssert.AreEquivalent(TinyProject.Classes, all.EnumerateArray().Select(LabelOf).ToArray());
        Assert.AreEqual(1, all.EnumerateArray().Sum(entry => entry.GetProperty("probability").GetDouble()), 1e-5);
        CollectionAssert.AreEqual(all.EnumerateArray().Take(2).Select(LabelOf).ToArray(), top.EnumerateArray().Select(LabelOf).ToArray());
        foreach (string top0 in (string[])["0", "-1", "all", "1.5", ""])
        {
            using var refused = await service.Client.PostAsync($"predict?top={top0}", new ByteArrayContent(image));
            var problem = await TestService.ProblemOfAsync(refused, HttpStatusCode.BadRequest);
            StringAssert.Contains(problem.GetProperty("detail").GetString(), $"top is '{top0}', expected how many classes");
        }

        static string LabelOf(JsonElement entry) => entry.GetProperty("label").GetString()!;
    }

    [TestMethod]
    public async Task Model_IsReadAgainWhenTheFileChanges_AndADamagedFileLeavesTheOldOneInService()
    {
        var (settings, image) = TestService.Train(_folder);
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath);
        string before = await service.PredictAsync(image);

        var smaller = settings with { TrainingOption = settings.TrainingOption with { Keep = 0.3 } };
        Generated.Train(smaller, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        await TestService.UntilAsync(async () => await service.PredictAsync(image) != before);
        string after = await service.PredictAsync(image);
        File.WriteAllText(settings.ModelPath, "damaged");
        await service.UntilHealthIsAsync("Degraded");

        Assert.AreEqual(after, await service.PredictAsync(image));
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        await service.UntilHealthIsAsync("Healthy");
        Assert.AreEqual(before, await service.PredictAsync(image));
    }

    [TestMethod]
    public async Task Service_WithoutAModelSaysWhyUntilThereIsOne()
    {
        var settings = TinyProject.Create(_folder);
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath);

        using var health = await service.Client.GetAsync("health");
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        StringAssert.Contains(await health.Content.ReadAsStringAsync(), $"There is no file '{settings.ModelPath}'.");
        using var answer = await service.Client.PostAsync("predict", new ByteArrayContent([1]));
        var problem = await TestService.ProblemOfAsync(answer, HttpStatusCode.ServiceUnavailable);
        StringAssert.Contains(problem.GetProperty("detail").GetString(), $"There is no file '{settings.ModelPath}'.");
        Assert.AreEqual(TimeSpan.FromSeconds(5), answer.Headers.RetryAfter?.Delta);

        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        await service.UntilHealthIsAsync("Healthy");
    }

    [TestMethod]
    public async Task OpenApi_DescribesThePrediction()
    {
        await using var service = await TestService.StartAsync("--Model", _folder.File("none.zip"));

        var page = JsonSerializer.Deserialize<JsonElement>(await service.Client.GetStringAsync("openapi/v1.json"));

        var post = page.GetProperty("paths").GetProperty("/predict").GetProperty("post");
        CollectionAssert.IsSubsetOf(
            new[] { "200", "400", "408", "413", "415", "429", "500", "503", "504" },
            post.GetProperty("responses").EnumerateObject().Select(answer => answer.Name).ToArray());
        CollectionAssert.AreEquivalent(
            new[] { "image/*", "application/octet-stream", "multipart/form-data" },
            post.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(type => type.Name).ToArray());
        Assert.AreEqual("top", post.GetProperty("parameters")[0].GetProperty("name").GetString());
    }
}
