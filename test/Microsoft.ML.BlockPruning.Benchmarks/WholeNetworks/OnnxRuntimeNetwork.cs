using Microsoft.ML.BlockPruning.Benchmarks.Onnx;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>ONNX Runtime, all graph optimisations on, input and output bound to fixed memory.</summary>
internal sealed class OnnxRuntimeNetwork : IMeasuredNetwork
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string[] _outputNames;
    private readonly float[] _images;
    private readonly float[] _logits;
    private readonly OrtValue[] _input;
    private readonly OrtValue[] _output;

    /// <param name="weights">The network.</param>
    /// <param name="linear">In which arithmetic its matrices are.</param>
    /// <param name="batch">Images of a run.</param>
    /// <param name="threads">Of one run.</param>
    /// <param name="optimisedModel">Where ONNX Runtime writes the graph that it really runs; null: nowhere.</param>
    public OnnxRuntimeNetwork(NetworkWeights weights, IOnnxLinear linear, int batch, int threads, string? optimisedModel = null)
    {
        var config = weights.Config;
        var (model, output) = OnnxViT.Create(weights, batch, linear);
        ModelBytes = model.LongLength;
        _outputNames = [output];
        using var settings = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR, // a saved optimised graph is for this machine only, it warns
        };
        if (optimisedModel is not null)
        {
            settings.OptimizedModelFilePath = optimisedModel;
        }

        _session = new InferenceSession(model, settings);
        _images = new float[batch * config.ImageDim];
        _logits = new float[batch * config.NumClasses];
        long[] pixels = [batch, config.Channels, config.ImageSize, config.ImageSize];
        _input = [OrtValue.CreateTensorValueFromMemory(_images, pixels)];
        _output = [OrtValue.CreateTensorValueFromMemory(_logits, [batch, config.NumClasses])];
    }

    /// <summary>Size of the .onnx file.</summary>
    public long ModelBytes { get; }

    public Span<float> Images => _images;

    public ReadOnlySpan<float> Logits => _logits;

    public void Run() => _session.Run(_options, [OnnxViT.Input], _input, _outputNames, _output);

    public void Dispose()
    {
        _input[0].Dispose();
        _output[0].Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
