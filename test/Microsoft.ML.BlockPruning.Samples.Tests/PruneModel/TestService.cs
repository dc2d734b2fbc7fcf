extern alias WebApi;

using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.BlockPruning.Pruning;
using WebApi::PruneModelSample.WebApi;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>The service on a free port, with a client.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private static readonly TimeSpan ReloadLimit = TimeSpan.FromMinutes(1);

    private readonly WebApplication _service;

    private TestService(WebApplication service)
    {
        _service = service;
        Client = new HttpClient { BaseAddress = Address };

        // A service that refuses a body by its length closes the connection, which may break a client that is still sending it.
        Client.DefaultRequestHeaders.ExpectContinue = true;
    }

    public HttpClient Client { get; }

    public Uri Address => new(_service.Urls.Single());

    /// <summary>Starts it with arguments of its command line.</summary>
    public static async Task<TestService> StartAsync(params string[] args)
    {
        var service = PredictionService.Create([.. args, "--urls", "http://127.0.0.1:0"]);
        await service.StartAsync();
        return new TestService(service);
    }

    /// <summary>Trains a tiny model.</summary>
    /// <returns>Its settings, and an image of its classes.</returns>
    public static (PruneModelSample.PruneModelSettings Settings, byte[] Image) Train(TemporaryFolder folder)
    {
        var settings = TinyProject.Create(folder);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        return (settings, File.ReadAllBytes(ImagesOf(settings)[0]));
    }

    public static string[] ImagesOf(PruneModelSample.PruneModelSettings settings) =>
        Directory.GetFiles(settings.DataSource.FolderPath, "*.png", SearchOption.AllDirectories);

    /// <summary>Posts an image as the body.</summary>
    /// <returns>The answer's text.</returns>
    public async Task<string> PredictAsync(byte[] image, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var answer = await Client.PostAsync("predict", new ByteArrayContent(image));
        return expected == HttpStatusCode.OK
            ? await TextOfAsync(answer, expected)
            : (await ProblemOfAsync(answer, expected)).GetProperty("detail").GetString()!;
    }

    /// <summary>The first line of GET /health.</summary>
    public async Task<string> HealthAsync() => (await (await Client.GetAsync("health")).Content.ReadAsStringAsync()).Split('\n')[0];

    public Task UntilHealthIsAsync(string state) => UntilAsync(async () => await HealthAsync() == state);

    /// <summary>Problem details, as RFC 9457 has them.</summary>
    public static async Task<JsonElement> ProblemOfAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var problem = JsonSerializer.Deserialize<JsonElement>(await TextOfAsync(answer, expected));
        Assert.AreEqual("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        Assert.AreEqual((int)expected, problem.GetProperty("status").GetInt32());
        Assert.IsNotEmpty(problem.GetProperty("detail").GetString()!);
        return problem;
    }

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(ReloadLimit);
        while (!await condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _service.DisposeAsync();
    }

    private static async Task<string> TextOfAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        string text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(expected, answer.StatusCode, text);
        return text;
    }
}
