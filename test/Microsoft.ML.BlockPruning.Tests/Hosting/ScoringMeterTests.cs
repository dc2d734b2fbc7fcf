using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.BlockPruning.Hosting;

namespace Microsoft.ML.BlockPruning.Tests.Hosting;

/// <summary>A service's figures and activities, as a listener of .NET gets them.</summary>
[TestClass]
public sealed class ScoringMeterTests : IDisposable
{
    private const string Name = "Microsoft.ML.BlockPruning";

    private readonly ServedFile _file = new();
    private readonly byte[] _image = TestImages.Encoded(TestImages.Rgb(3));

    public void Dispose() => _file.Dispose();

    [TestMethod]
    public async Task Meter_CountsImagesMillisecondsAndLoads()
    {
        var found = new List<(string Instrument, double Value, string Tags)>();
        using var listener = Listen(found);
        _file.Replace(_file.Model(1));
        using var services = Services();
        var scorer = services.GetRequiredKeyedService<IPrunedModelScorer>("a");

        scorer.Predict(_image);
        scorer.Predict(_image);
        Assert.ThrowsExactly<InvalidDataException>(() => scorer.Predict([1, 2, 3]));
        _file.Replace([1]);
        await ServedFile.UntilAsync(() => scorer.Failure is not null);

        string kernel;
        using (var alone = PrunedModel.Load(_file["model-1.zip"]))
        {
            kernel = alone.KernelName;
        }

        string Of(string outcome) => $"kernel={kernel} model=a outcome={outcome} weight_format=Float32";
        var counts = found.Where(figure => figure.Instrument != "blockpruning.predict.duration ms").ToArray();
        CollectionAssert.AreEqual(
            new[]
            {
                ("blockpruning.model.loads {load}", 1.0, Of("loaded")), ("blockpruning.images {image}", 1, Of("scored")),
                ("blockpruning.images {image}", 1, Of("scored")), ("blockpruning.images {image}", 1, Of("refused")),
                ("blockpruning.model.loads {load}", 1, "model=a outcome=failed"),
            },
            counts);
        var times = found.Except(counts).ToArray();
        CollectionAssert.AreEqual(new[] { Of("scored"), Of("scored"), Of("refused") }, times.Select(time => time.Tags).ToArray());
        Assert.IsTrue(times.All(time => time.Value is > 0 and < 60_000));
    }

    [TestMethod]
    public void Activity_OfEachPrediction_HasSizeClassesFormatAndKernel_AndSaysWhatFailed()
    {
        var found = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Name,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = found.Add,
        };
        ActivitySource.AddActivityListener(listener);
        _file.Replace(_file.Model(1));
        using var services = Services();
        var scorer = services.GetRequiredKeyedService<IPrunedModelScorer>("a");

        scorer.Predict(_image);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => scorer.Predict([1, 2, 3]));

        Assert.HasCount(2, found);
        Assert.AreEqual("blockpruning.predict", found[0].OperationName);
        Assert.AreEqual(_image.Length, found[0].GetTagItem("image_bytes"));
        Assert.AreEqual(TestNetworks.ImageSize, found[0].GetTagItem("image_size"));
        Assert.AreEqual(3, found[0].GetTagItem("classes"));
        Assert.AreEqual("Float32", found[0].GetTagItem("weight_format"));
        Assert.IsNotNull(found[0].GetTagItem("kernel"));
        Assert.AreEqual(ActivityStatusCode.Unset, found[0].Status);
        Assert.AreEqual((ActivityStatusCode.Error, error.Message), (found[1].Status, found[1].StatusDescription));
    }

    private static MeterListener Listen(List<(string Instrument, double Value, string Tags)> found)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == Name)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        return listener;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            string text = string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}").Order(StringComparer.Ordinal));
            lock (found)
            {
                found.Add(($"{instrument.Name} {instrument.Unit}", value, text));
            }
        }
    }

    private ServiceProvider Services() => new ServiceCollection()
        .AddKeyedPrunedModel("a", _file.Path, options => options.PollInterval = TimeSpan.FromMilliseconds(50))
        .BuildServiceProvider();
}
