extern alias WebApi;

using System.Net;
using System.Text.Json;
using WebApi::PruneModelSample.WebApi;
using Generated = PruneModelSample.PruneModel;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>Images as bodies and in forms; those that nobody should decode are each answered, and the service goes on.</summary>
[TestClass]
public sealed class PredictionServiceImageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    public async Task Predict_AnswersEveryBadBody_AndGoesOn()
    {
        var (settings, good) = TestService.Train(_folder);
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath);
        string before = await service.PredictAsync(good);

        foreach (var (body, says) in new (byte[], string)[]
        {
            (File.ReadAllBytes(CaseFiles.Image("huge-header-only.png")), "above the limit of 89478485 pixels"),
            (File.ReadAllBytes(CaseFiles.Image("png-20000x20000-1bit.png")), "20000x20000 pixels"),
            ([], "body is empty"),
            (good[..^60], "cut off or corrupt"),
            ([.. "no image"u8], "are not an image"),
            ([0, 0, 1, 0, 1, 0, 16, 16], "an icon (ICO) file, which is not read"),
        })
        {
            Assert.Contains(says, await service.PredictAsync(body, HttpStatusCode.BadRequest));
        }

        Assert.AreEqual(before, await service.PredictAsync(good));
        Assert.AreEqual("Healthy", await service.HealthAsync());
    }

    [TestMethod]
    [DataRow(false, DisplayName = "of known length")]
    [DataRow(true, DisplayName = "in chunks")]
    public async Task Predict_RefusesABodyThatIsTooLarge_AndGoesOn(bool isChunked)
    {
        await using var service = await TestService.StartAsync("--Model", TestService.Train(_folder).Settings.ModelPath);
        using var request = new HttpRequestMessage(HttpMethod.Post, "predict") { Content = new ByteArrayContent(new byte[(16 << 20) + 1]) };
        request.Headers.TransferEncodingChunked = isChunked;
        request.Headers.ExpectContinue = true; // the answer comes before the body is sent

        using var answer = await service.Client.SendAsync(request);

        var problem = await TestService.ProblemOfAsync(answer, HttpStatusCode.RequestEntityTooLarge);
        Assert.Contains("16777216 bytes at most", problem.GetProperty("detail").GetString()!);
        Assert.AreEqual("Healthy", await service.HealthAsync());
    }

    [TestMethod]
    public async Task Form_OfSeveralFilesIsAnsweredFileByFile_AsTheBodyIs()
    {
        var (settings, _) = TestService.Train(_folder);
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath);
        string[] files = [.. TestService.ImagesOf(settings).Take(3)];
        using var form = new MultipartFormDataContent { { new StringContent("passed over"), "comment" } };
        foreach (string file in files)
        {
            form.Add(new ByteArrayContent(File.ReadAllBytes(file)), "files", Path.GetRelativePath(_folder.Path, file));
        }

        using var answer = await service.Client.PostAsync("predict", form);

        Assert.AreEqual(HttpStatusCode.OK, answer.StatusCode);
        var answers = JsonSerializer.Deserialize<JsonElement[]>(await answer.Content.ReadAsStringAsync())!;
        Assert.HasCount(3, answers);
        foreach (var (file, found) in files.Zip(answers))
        {
            var alone = JsonSerializer.Deserialize<JsonElement>(await service.PredictAsync(File.ReadAllBytes(file)));
            Assert.AreEqual(Path.GetRelativePath(_folder.Path, file), found.GetProperty("file").GetString());
            Assert.AreEqual(alone.GetProperty("probabilities").GetRawText(), found.GetProperty("probabilities").GetRawText());
        }
    }

    [TestMethod]
    public async Task Form_ThatIsWrongIsSaid()
    {
        var (settings, image) = TestService.Train(_folder);
        await using var service = await TestService.StartAsync(
            "--Model", settings.ModelPath, "--MaximumFiles", "2", "--LargestImageBytes", "4000");
        foreach (var (files, status, says) in new ((string, byte[])[], HttpStatusCode, string)[]
        {
            ([], HttpStatusCode.BadRequest, "The form holds no file"),
            ([("a.png", image), ("notes.txt", [.. "no image"u8])], HttpStatusCode.BadRequest, "The file 'notes.txt': "),
            ([("a", image), ("b", image), ("c", image)], HttpStatusCode.RequestEntityTooLarge, "more than 2 files"),
            ([("long.png", new byte[4001])], HttpStatusCode.RequestEntityTooLarge, "The file 'long.png' is too long"),
            ([("endless.png", new byte[100_000])], HttpStatusCode.RequestEntityTooLarge, "73536 bytes at most"), // 2 * 4000 + 64 KiB
        })
        {
            using var form = new MultipartFormDataContent { { new StringContent("passed over"), "comment" } };
            foreach (var (name, content) in files)
            {
                form.Add(new ByteArrayContent(content), "files", name);
            }

            using var answer = await service.Client.PostAsync("predict", form);
            Assert.Contains(says, (await TestService.ProblemOfAsync(answer, status)).GetProperty("detail").GetString()!);
        }

        foreach (var (type, body, says) in new[]
        {
            ("multipart/form-data", "x", "names no boundary"),
            (
                "multipart/form-data; boundary=b",
                "--b\r\nContent-Disposition: form-data; name=f; filename=a.png\r\n\r\ncut", "cannot be read"
            ),
        })
        {
            using var content = new StringContent(body);
            content.Headers.Remove("Content-Type");
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            using var answer = await service.Client.PostAsync("predict", content);
            Assert.Contains(
                says, (await TestService.ProblemOfAsync(answer, HttpStatusCode.BadRequest)).GetProperty("detail").GetString()!);
        }
    }

    [TestMethod]
    public async Task MaximumPixels_IsASettingOfTheService()
    {
        var (settings, image) = TestService.Train(_folder); // of images of 8 x 8
        await using var service = await TestService.StartAsync("--Model", settings.ModelPath, "--MaximumPixels", "63");

        Assert.Contains("above the limit of 63 pixels", await service.PredictAsync(image, HttpStatusCode.BadRequest));
        var error = Assert.ThrowsExactly<ArgumentException>(() => PredictionService.Create(["--MaximumPixels", "many"]));
        StringAssert.Contains(error.Message, "MaximumPixels is 'many'");
    }

    /// <summary>The program beside the service turns photographs, and so does the file that it writes.</summary>
    [TestMethod]
    public void Model_TurnsPhotographs_AlsoOneThatWasPrunedWithout()
    {
        var (settings, _) = TestService.Train(_folder);
        var context = new MLContext();

        using var written = context.Transforms.LoadSparseViT(settings.ModelPath);
        Assert.IsTrue(written.ApplyOrientation);
        written.ApplyOrientation = false;
        context.Model.SavePruned(written, settings.ModelPath);

        using var read = Generated.LoadModel(settings.ModelPath);
        Assert.IsTrue(read.ApplyOrientation);
    }
}
