extern alias WebApi;

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.ML.BlockPruning.Hosting;
using WebApi::PruneModelSample.WebApi;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>Requests that no model sees: wrong addresses and types, too many at once, too slow.</summary>
[TestClass]
public sealed class PredictionServiceLimitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("GET", "nothing", null, HttpStatusCode.NotFound, "There is nothing at '/nothing'. There are POST /predict")]
    [DataRow("GET", "predict", null, HttpStatusCode.MethodNotAllowed, "'/predict' does not take GET")]
    [DataRow("POST", "openapi/v1.json", "image/png", HttpStatusCode.MethodNotAllowed, "'/openapi/v1.json' does not take POST")]
    [DataRow("POST", "predict", "application/json", HttpStatusCode.UnsupportedMediaType, "expected image/png or another image/ type")]
    [DataRow("POST", "predict", "text/plain", HttpStatusCode.UnsupportedMediaType, "The Content-Type is 'text/plain'")]
    [DataRow("POST", "predict", "nonsense", HttpStatusCode.UnsupportedMediaType, "The Content-Type is 'nonsense'")]
    public async Task Request_ThatNothingTakesIsAProblem(
        string method, string path, string? contentType, HttpStatusCode status, string says)
    {
        await using var service = await TestService.StartAsync("--Model", _folder.File("none.zip"));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (contentType is not null)
        {
            request.Content = new ByteArrayContent([1]);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        using var answer = await service.Client.SendAsync(request);

        StringAssert.Contains((await TestService.ProblemOfAsync(answer, status)).GetProperty("detail").GetString(), says);
    }

    [TestMethod]
    public async Task Predictions_AboveTheLimitAreToldToTryAgain()
    {
        await using var service = await TestService.StartAsync("--Model", _folder.File("none.zip"), "--MaximumRequests", "1");
        using var first = await BeginAsync(service);

        // The first is in flight as soon as the server has read its headers.
        HttpResponseMessage answer = new();
        await TestService.UntilAsync(async () =>
        {
            answer.Dispose();
            answer = await service.Client.PostAsync("predict", new ByteArrayContent([1]));
            return answer.StatusCode == HttpStatusCode.TooManyRequests;
        });

        using (answer)
        {
            await TestService.ProblemOfAsync(answer, HttpStatusCode.TooManyRequests);
            Assert.AreEqual(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
        }

        Assert.AreEqual(HttpStatusCode.OK, (await service.Client.GetAsync("metrics")).StatusCode);
    }

    [TestMethod]
    public async Task Body_ThatDoesNotArriveIsGivenUp()
    {
        await using var service = await TestService.StartAsync("--Model", _folder.File("none.zip"), "--RequestSeconds", "0.5");
        using var slow = await BeginAsync(service);

        using var reader = new StreamReader(slow.GetStream());

        Assert.AreEqual("HTTP/1.1 408 Request Timeout", await reader.ReadLineAsync());
    }

    [TestMethod]
    public async Task Endpoint_SaysThatItIsBusy_AndWhatIsTheModelsFault()
    {
        using var held = new ManualResetEventSlim();
        using var begun = new CountdownEvent(Environment.ProcessorCount);
        var settings = new ServiceSettings(
            "none", TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1), 1000, null, 1, 100, TimeSpan.FromSeconds(0.5));
        using var busy = new PredictEndpoint(new Scorer(HoldTurn), settings);
        var turns = Enumerable.Range(0, begun.InitialCount).Select(_ => Task.Run(() => busy.PredictAsync(Request()))).ToArray();
        Assert.IsTrue(begun.Wait(TimeSpan.FromMinutes(1)));

        var late = await busy.PredictAsync(Request());
        held.Set();
        await Task.WhenAll(turns);
        using var broken = new PredictEndpoint(new Scorer(() => throw new ArithmeticException("logit 1 is NaN")), settings);
        var failing = await broken.PredictAsync(Request());

        var problem = Assert.IsInstanceOfType<ProblemHttpResult>(late).ProblemDetails;
        Assert.AreEqual((504, "No answer within 0.5 s: the service is busy. Try again later."), (problem.Status, problem.Detail));
        problem = Assert.IsInstanceOfType<ProblemHttpResult>(failing).ProblemDetails;
        Assert.AreEqual((500, "logit 1 is NaN"), (problem.Status, problem.Detail));

        void HoldTurn()
        {
            begun.Signal();
            held.Wait();
        }
    }

    // A request whose body is promised and not sent.
    private static async Task<TcpClient> BeginAsync(TestService service)
    {
        var client = new TcpClient();
        await client.ConnectAsync(service.Address.Host, service.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 100\r\n\r\n"));
        return client;
    }

    private static DefaultHttpContext Request() => new() { Request = { Body = new MemoryStream([1]), ContentType = "image/png" } };

    private sealed class Scorer(Action onPredict) : IPrunedModelScorer
    {
        public IReadOnlyList<string> LabelNames => [];

        public bool IsServing => true;

        public string? Failure => null;

        public PrunedPrediction Predict(ReadOnlySpan<byte> imageFile)
        {
            onPredict();
            throw new InvalidDataException("no image");
        }
    }
}
