extern alias WebApi;

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.ML.BlockPruning.Pruning;
using WebApi::PruneModelSample.WebApi;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>Bodies that nobody should decode: each is answered, and the service goes on.</summary>
[TestClass]
public sealed class PredictionServiceImageTests
{
    [TestMethod]
    public async Task Predict_AnswersEveryBadBody_AndGoesOn()
    {
        using var folder = new TemporaryFolder();
        var settings = Trained(folder);
        byte[] good = File.ReadAllBytes(Directory.GetFiles(settings.DataSource.FolderPath, "*.png", SearchOption.AllDirectories)[0]);
        await using var service = await StartAsync("--Model", settings.ModelPath);
        using var client = ClientOf(service);
        string before = await AnswerAsync(client, good, HttpStatusCode.OK);

        Assert.Contains(
            "above the limit of 89478485 pixels",
            await AnswerAsync(client, File.ReadAllBytes(CaseFiles.Image("huge-header-only.png")), HttpStatusCode.BadRequest));
        Assert.Contains(
            "20000x20000 pixels",
            await AnswerAsync(client, File.ReadAllBytes(CaseFiles.Image("png-20000x20000-1bit.png")), HttpStatusCode.BadRequest));
        Assert.Contains("body is empty", await AnswerAsync(client, [], HttpStatusCode.BadRequest));
        Assert.Contains("cut off or corrupt", await AnswerAsync(client, good[..^60], HttpStatusCode.BadRequest));
        Assert.Contains(
            "an icon (ICO) file, which is not read", await AnswerAsync(client, [0, 0, 1, 0, 1, 0, 16, 16], HttpStatusCode.BadRequest));

        Assert.AreEqual(before, await AnswerAsync(client, good, HttpStatusCode.OK));
        Assert.AreEqual("Healthy", await client.GetStringAsync("health"));
    }

    [TestMethod]
    [DataRow(false, DisplayName = "of known length")]
    [DataRow(true, DisplayName = "in chunks")]
    public async Task Predict_RefusesABodyThatIsTooLarge_AndGoesOn(bool isChunked)
    {
        using var folder = new TemporaryFolder();
        await using var service = await StartAsync("--Model", Trained(folder).ModelPath);
        using var client = ClientOf(service);
        using var request = new HttpRequestMessage(HttpMethod.Post, "predict") { Content = new ByteArrayContent(new byte[(16 << 20) + 1]) };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.ExpectContinue = true; // the answer comes before the body is sent

        var answer = await client.SendAsync(request);

        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("16777216 bytes at most", await answer.Content.ReadAsStringAsync());
        Assert.AreEqual("Healthy", await client.GetStringAsync("health"));
    }

    [TestMethod]
    public async Task MaximumPixels_IsASettingOfTheService()
    {
        using var folder = new TemporaryFolder();
        var settings = Trained(folder); // of images of 8 x 8
        byte[] image = File.ReadAllBytes(Directory.GetFiles(settings.DataSource.FolderPath, "*.png", SearchOption.AllDirectories)[0]);
        try
        {
            await using var service = await StartAsync("--Model", settings.ModelPath, "--MaximumPixels", "63");
            using var client = ClientOf(service);

            Assert.Contains("above the limit of 63 pixels", await AnswerAsync(client, image, HttpStatusCode.BadRequest));
            var error = Assert.ThrowsExactly<ArgumentException>(() => PredictionService.Create(["--MaximumPixels", "many"]));
            StringAssert.Contains(error.Message, "MaximumPixels is 'many'");
        }
        finally
        {
            WebApi::PruneModelSample.PruneModel.MaximumPixels = null;
        }
    }

    /// <summary>The service and the program beside it turn photographs, and so does the file that they write.</summary>
    [TestMethod]
    public void Model_TurnsPhotographs_AlsoOneThatWasPrunedWithout()
    {
        using var folder = new TemporaryFolder();
        var settings = Trained(folder);
        var context = new MLContext();

        using var written = Generated.NetworkOf(context.Model.Load(settings.ModelPath, out _));
        Assert.IsTrue(written.ApplyOrientation);
        written.ApplyOrientation = false;
        context.Model.Save(new Data.TransformerChain<ITransformer>(written), inputSchema: null, settings.ModelPath);

        using var read = Generated.NetworkOf(Generated.LoadModel(context, settings.ModelPath));
        Assert.IsTrue(read.ApplyOrientation);
    }

    private static PruneModelSample.PruneModelSettings Trained(TemporaryFolder folder)
    {
        var settings = TinyProject.Create(folder);
        Generated.Train(settings, new Progress<PruneProgress>(), CancellationToken.None).Dispose();
        return settings;
    }

    private static async Task<WebApplication> StartAsync(params string[] args)
    {
        var service = PredictionService.Create([.. args, "--urls", "http://127.0.0.1:0"]);
        await service.StartAsync();
        return service;
    }

    private static HttpClient ClientOf(WebApplication service) => new() { BaseAddress = new Uri(service.Urls.Single()) };

    private static async Task<string> AnswerAsync(HttpClient client, byte[] body, HttpStatusCode expected)
    {
        var answer = await client.PostAsync("predict", new ByteArrayContent(body));
        string text = await answer.Content.ReadAsStringAsync();
        Assert.AreEqual(expected, answer.StatusCode, text);
        return text;
    }
}
