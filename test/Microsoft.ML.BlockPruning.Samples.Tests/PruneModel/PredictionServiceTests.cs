extern alias WebApi;

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.BlockPruning.Pruning;
using WebApi::PruneModelSample.WebApi;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

[TestClass]
public sealed class PredictionServiceTests
{
    private static readonly TimeSpan ReloadLimit = TimeSpan.FromSeconds(30);

    [TestMethod]
    public async Task Predict_AnswersAsTheModelDoesFromManyRequestsAtOnce()
    {
        using var folder = new TemporaryFolder();
        var settings = Trained(folder);
        await using var service = await StartAsync(settings.ModelPath);
        using var client = ClientOf(service);
        var context = new MLContext();
        using var engine = Generated.CreateEngine(context, Generated.LoadModel(context, settings.ModelPath));
        string[] files = Directory.GetFiles(settings.DataSource.FolderPath, "*.png", SearchOption.AllDirectories);

        string[] answers = await Task.WhenAll(files.Select(file => PredictAsync(client, File.ReadAllBytes(file))));

        foreach (var (file, answer) in files.Zip(answers))
        {
            var expected = engine.Predict(new Generated.ModelInput { ImageSource = File.ReadAllBytes(file) });
            Assert.Contains($"\"label\":\"{expected.PredictedLabel}\"", answer);
        }

        Assert.AreEqual("Healthy", await client.GetStringAsync("health"));
        Assert.Contains("model_loads_total", await client.GetStringAsync("metrics"));
    }

    [TestMethod]
    public async Task Predict_SaysWhatIsWrongWithABody()
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync(Trained(folder).ModelPath);
        using var client = ClientOf(service);

        var answer = await client.PostAsync("predict", new StringContent("no image"));

        Assert.AreEqual(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("are not an image", await answer.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task Model_IsReadAgainWhenTheFileChanges_AndADamagedFileLeavesTheOldOneInService()
    {
        using var folder = new TemporaryFolder();
        var settings = Trained(folder);
        byte[] image = File.ReadAllBytes(Directory.GetFiles(settings.DataSource.FolderPath, "*.png", SearchOption.AllDirectories)[0]);
        await using var service = await StartAsync(settings.ModelPath);
        using var client = ClientOf(service);
        string before = await PredictAsync(client, image);

        var smaller = settings with { TrainingOption = settings.TrainingOption with { Keep = 0.3 } };
        Generated.Train(smaller, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        await UntilAsync(async () => await PredictAsync(client, image) != before);
        string after = await PredictAsync(client, image);
        File.WriteAllText(settings.ModelPath, "damaged");
        await UntilAsync(async () => await client.GetStringAsync("health") == "Degraded");

        Assert.AreEqual(after, await PredictAsync(client, image));
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        await UntilAsync(async () => await client.GetStringAsync("health") == "Healthy");
        Assert.AreEqual(before, await PredictAsync(client, image));
    }

    [TestMethod]
    public async Task Service_WithoutAModelIsUnhealthyUntilThereIsOne()
    {
        using var folder = new TemporaryFolder();
        var settings = TinyProject.Create(folder);
        await using var service = await StartAsync(settings.ModelPath);
        using var client = ClientOf(service);

        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("health")).StatusCode);
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, (await client.PostAsync("predict", new ByteArrayContent([1]))).StatusCode);

        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        await UntilAsync(async () => (await client.GetAsync("health")).IsSuccessStatusCode);
    }

    private static PruneModelSample.PruneModelSettings Trained(TemporaryFolder folder)
    {
        var settings = TinyProject.Create(folder);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        return settings;
    }

    private static async Task<WebApplication> StartAsync(string modelPath)
    {
        var service = PredictionService.Create(["--Model", modelPath, "--urls", "http://127.0.0.1:0"]);
        await service.StartAsync();
        return service;
    }

    private static HttpClient ClientOf(WebApplication service) => new() { BaseAddress = new Uri(service.Urls.Single()) };

    private static async Task<string> PredictAsync(HttpClient client, byte[] image)
    {
        var answer = await client.PostAsync("predict", new ByteArrayContent(image));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode, text);
        return text;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(ReloadLimit);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), limit.Token);
        }
    }
}
