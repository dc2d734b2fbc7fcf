using System.Diagnostics;
using FashionMnist;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using static TorchSharp.torch;

namespace TrainViT;

/// <summary>Trains a ViT on Fashion-MNIST with a cosine schedule; resumes after the last whole epoch.</summary>
internal sealed class TrainingRun : IDisposable
{
    private readonly TrainingOptions _options;
    private readonly LabelledImages _train;
    private readonly LabelledImages _test;
    private readonly MixedPrecisionNetwork _network;
    private readonly TrainingOptimizer _optimizer;
    private readonly TrainingState _state;

    public TrainingRun(TrainingOptions options)
    {
        _options = options;
        _train = LabelledImages.Read(options.DataFolder, FashionMnistData.TrainingPrefix);
        _test = LabelledImages.Read(options.DataFolder, FashionMnistData.TestPrefix);
        Config = new ViTConfig(
            _train.Images.Width, options.PatchSize, channels: 1, options.EmbedDim, options.Depth, options.NumHeads, options.MlpDim,
            numClasses: 10);
        _network = new MixedPrecisionNetwork(ViT.Of(Config), options.Seed, options.Precision);
        _optimizer = new TrainingOptimizer(_network.Master, options);
        _state = new TrainingState(options.OutputFolder, _network, _optimizer);
    }

    /// <summary>The network's hyper-parameters.</summary>
    public ViTConfig Config { get; }

    public int StepsPerEpoch => _train.Count / _options.BatchSize;

    /// <summary>Trains the epochs that are left.</summary>
    /// <param name="onStep">Called after each step with the epoch (from 0), the steps done in it and the mean loss so far.</param>
    /// <param name="onEpoch">Called after each epoch with its number from 1, mean loss, test top-1 and seconds.</param>
    /// <param name="cancellation">Stops after the current step; the last whole epoch stays on disk.</param>
    public NetworkWeights Run(Action<int, int, double> onStep, Action<int, double, double, double> onEpoch, CancellationToken cancellation)
    {
        for (int epoch = _state.TryResume(); epoch < _options.Epochs; epoch++)
        {
            var clock = Stopwatch.StartNew();
            double loss = TrainEpoch(epoch, onStep, cancellation);
            double top1 = Evaluate();
            _state.Save(epoch + 1);
            onEpoch(epoch + 1, loss, top1, clock.Elapsed.TotalSeconds);
        }

        return _network.Master.ToWeights();
    }

    /// <summary>Fraction of test images whose largest logit is the right class.</summary>
    public double Evaluate()
    {
        using var off = no_grad();
        int right = 0;
        foreach (var (pixels, labels) in ImageBatches.Plain(_test, 500))
        {
            using var scope = NewDisposeScope();
            using var x = tensor(pixels).reshape(labels.Length, 1, _test.Images.Width, _test.Images.Width);
            long[] predicted = _network.Master.Forward(x).argmax(1).data<long>().ToArray();
            right += predicted.Zip(labels).Count(pair => pair.First == pair.Second);
        }

        return right / (double)_test.Count;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
    }

    private double TrainEpoch(int epoch, Action<int, int, double> onStep, CancellationToken cancellation)
    {
        var batches = new ImageBatches(_train, _options.BatchSize, _options.Seed);
        double sum = 0;
        int step = 0;
        foreach (var (pixels, labels) in batches.Augmented(epoch))
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var x = tensor(pixels).reshape(labels.Length, 1, _train.Images.Width, _train.Images.Width);
            var loss = nn.functional.cross_entropy(_network.Forward(x), tensor(labels), label_smoothing: _options.LabelSmoothing);
            loss.backward();
            _network.MoveGradients();
            _optimizer.Step(LearningRate((epoch * batches.Count) + step));
            _network.Refresh();
            sum += loss.item<float>();
            onStep(epoch, ++step, sum / step);
        }

        return sum / step;
    }

    private double LearningRate(int step)
    {
        double warmup = _options.WarmupEpochs * StepsPerEpoch;
        double total = (double)_options.Epochs * StepsPerEpoch;
        return step < warmup
            ? _options.LearningRate * (step + 1) / warmup
            : _options.LearningRate * 0.5 * (1 + Math.Cos(Math.PI * (step - warmup) / (total - warmup)));
    }
}
