using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.ML.BlockPruning.Hosting;

namespace Microsoft.ML.BlockPruning.Tests.Hosting;

/// <summary>A host around a model's file: what it serves, says and refuses.</summary>
[TestClass]
public sealed class AddPrunedModelTests : IDisposable
{
    private readonly ServedFile _file = new();
    private readonly LogLines _log = new();
    private readonly byte[] _image = TestImages.Encoded(TestImages.Rgb(3));

    public void Dispose()
    {
        _file.Dispose();
        _log.Dispose();
    }

    [TestMethod]
    public async Task Predict_GivesTheBitsOfOneModelOrTheOther_WhileTheFileIsReplaced()
    {
        byte[][] models = [_file.Model(1), _file.Model(2)];
        float[][] expected = [.. models.Select(model => _file.Scores(model, _image))];
        CollectionAssert.AreNotEqual(expected[0], expected[1]);
        _file.Replace(models[0]);
        using var host = await StartAsync();
        var scorer = host.Services.GetRequiredService<IPrunedModelScorer>();
        using var done = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            int strange = 0;
            while (!done.IsCancellationRequested)
            {
                var score = scorer.Predict(_image).Score;
                strange += score.SequenceEqual(expected[0]) || score.SequenceEqual(expected[1]) ? 0 : 1;
            }

            return strange;
        })).ToArray();

        for (int turn = 1; turn <= 6; turn++)
        {
            _file.Replace(models[turn % 2]);
            await ServedFile.UntilAsync(() => scorer.Predict(_image).Score.SequenceEqual(expected[turn % 2]));
        }

        await done.CancelAsync();
        Assert.AreEqual(0, (await Task.WhenAll(callers)).Sum());
        Assert.AreEqual(7, _log.Count("Information: Serving the model"));
        CollectionAssert.AreEqual(new[] { "cat", "dog", "owl" }, scorer.LabelNames.ToArray());
        await host.StopAsync();
    }

    [TestMethod]
    public async Task DamagedFile_LeavesTheOldModelInService_AndHealthSaysDegraded()
    {
        byte[] good = _file.Model(1);
        float[] expected = _file.Scores(good, _image);
        _file.Replace(good);
        using var host = await StartAsync();
        var scorer = host.Services.GetRequiredService<IPrunedModelScorer>();
        Assert.AreEqual((HealthStatus.Healthy, null), await HealthAsync(host));
        byte[] flipped = [.. good];
        flipped[good.Length / 2] ^= 4;
        int failures = 0;
        foreach (byte[]? damaged in (byte[]?[])[flipped, good[..^9], [], [.. "PK, but no zip"u8], null])
        {
            if (damaged is null)
            {
                File.Delete(_file.Path);
            }
            else
            {
                _file.Replace(damaged);
            }

            await ServedFile.UntilAsync(() => scorer.Failure is not null);
            var (status, reason) = await HealthAsync(host);
            Assert.AreEqual(HealthStatus.Degraded, status);
            StringAssert.Contains(reason, _file.Path);
            Assert.AreEqual(++failures, _log.Count("Error: Cannot take the model; the one before stays in service."));
            CollectionAssert.AreEqual(expected, scorer.Predict(_image).Score.ToArray());

            _file.Replace(good);
            await ServedFile.UntilAsync(() => scorer.Failure is null);
        }

        Assert.AreEqual(1, _log.Count("Serving the model")); // it was never read anew
    }

    [TestMethod]
    public async Task WithoutAModel_TheHostStarts_SaysWhy_AndTakesTheOneThatComes()
    {
        using var host = await StartAsync();
        var scorer = host.Services.GetRequiredService<IPrunedModelScorer>();

        Assert.IsFalse(scorer.IsServing);
        Assert.IsEmpty(scorer.LabelNames);
        var error = Assert.ThrowsExactly<ModelNotReadyException>(() => scorer.Predict(_image));
        StringAssert.Contains(error.Message, $"There is no file '{_file.Path}'. Put a model there");
        Assert.AreEqual(HealthStatus.Unhealthy, (await HealthAsync(host)).Status);
        Assert.AreEqual(1, _log.Count("there is none in service"));

        _file.Replace(_file.Model(1));
        await ServedFile.UntilAsync(() => scorer.IsServing);
        Assert.AreEqual(HealthStatus.Healthy, (await HealthAsync(host)).Status);
        Assert.IsNotEmpty(scorer.Predict(_image).PredictedLabel);
    }

    [TestMethod]
    public async Task FileOfAnotherProgram_IsSaidWithTheNextStep()
    {
        using (var zip = System.IO.Compression.ZipFile.Open(_file.Path, System.IO.Compression.ZipArchiveMode.Create))
        {
            zip.CreateEntry("photo.png");
        }

        using var host = await StartAsync();

        StringAssert.Contains(
            host.Services.GetRequiredService<IPrunedModelScorer>().Failure, "is a zip file, but no model of ML.NET");
    }

    [TestMethod]
    public async Task KeyedModels_StandSideBySide()
    {
        byte[][] models = [_file.Model(1), _file.Model(2)];
        File.WriteAllBytes(_file["first"], models[0]);
        File.WriteAllBytes(_file["second"], models[1]);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddKeyedPrunedModel("first", _file["first"]).AddKeyedPrunedModel("second", _file["second"]);
        builder.Services.AddHealthChecks().AddPrunedModel("first").AddPrunedModel("second");
        using var host = builder.Build();
        await host.StartAsync();

        foreach (var (key, model) in new[] { ("first", models[0]), ("second", models[1]) })
        {
            var scorer = host.Services.GetRequiredKeyedService<IPrunedModelScorer>(key);
            CollectionAssert.AreEqual(_file.Scores(model, _image), scorer.Predict(_image).Score.ToArray());
        }

        Assert.IsNull(host.Services.GetService<IPrunedModelScorer>());
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        CollectionAssert.AreEquivalent(new[] { "pruned-model-first", "pruned-model-second" }, report.Entries.Keys.ToArray());
        await host.StopAsync();
    }

    [TestMethod]
    public void WithoutAHost_TheFirstToAskWaitsForTheModel()
    {
        _file.Replace(_file.Model(1));
        using var services = new ServiceCollection().AddPrunedModel(_file.Path).BuildServiceProvider();

        Assert.IsTrue(services.GetRequiredService<IPrunedModelScorer>().IsServing);
    }

    [TestMethod]
    public async Task Options_OutOfRangeEndTheStart_EachSaid()
    {
        foreach (var (set, says) in new (Action<PrunedModelServiceOptions>, string)[]
        {
            (options => options.Path = " ", "Path is ' ', expected the path of a model's file"),
            (options => options.Path = Path.GetTempPath(), "expected the path of a model's file"),
            (options => options.PollInterval = TimeSpan.Zero, "PollInterval is 0 s, expected 0.05 s to 3600 s."),
            (options => options.LoadLimit = TimeSpan.FromDays(1), "LoadLimit is 86400 s, expected 1 s to 3600 s."),
            (options => options.Model.NumberOfThreads = 0, "Model.NumberOfThreads is 0, expected 1 to 1024"),
            (options => options.Model.MaximumPixels = -1, "Model.MaximumPixels is -1, expected 1 or more"),
        })
        {
            var error = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => StartAsync(set));

            StringAssert.Contains(error.Message, says);
        }
    }

    [TestMethod]
    public async Task Options_ReachTheModel()
    {
        _file.Replace(_file.Model(1));
        using var host = await StartAsync(options => options.Model.MaximumPixels = 1);

        var error = Assert.ThrowsExactly<InvalidDataException>(
            () => host.Services.GetRequiredService<IPrunedModelScorer>().Predict(_image));

        StringAssert.Contains(error.Message, "above the limit of 1 pixels");
    }

    private async Task<IHost> StartAsync(Action<PrunedModelServiceOptions>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddProvider(_log);
        builder.Services.AddPrunedModel(_file.Path, options =>
        {
            options.PollInterval = TimeSpan.FromMilliseconds(50);
            configure?.Invoke(options);
        });
        builder.Services.AddHealthChecks().AddPrunedModel();
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static async Task<(HealthStatus Status, string? Reason)> HealthAsync(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return (report.Status, report.Entries["pruned-model"].Description);
    }
}
