using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Onnx;
using Microsoft.ML.OnnxRuntime;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>ONNX Runtime, all graph optimisations on, input and output bound to fixed memory.</summary>
internal sealed class OnnxRuntimeNetwork : IMeasuredNetwork
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly float[] _images;
    private readonly float[] _logits;
    private readonly OrtValue[] _input;
    private readonly OrtValue[] _output;

    /// <param name="network">The network; its removed blocks are zeros.</param>
    /// <param name="layersOf">In which operators it is written.</param>
    /// <param name="batch">Images of a run.</param>
    /// <param name="threads">Of one run.</param>
    /// <param name="optimisedModel">Where ONNX Runtime writes the graph that it really runs; null: nowhere.</param>
    public OnnxRuntimeNetwork(
        SparseViT network, Func<OnnxGraph, IOnnxLayers> layersOf, int batch, int threads, string? optimisedModel = null)
    {
        var spec = network.Spec;
        long[] pixels = [batch, spec.Channels, spec.ImageSize, spec.ImageSize];
        var graph = new OnnxGraph();
        string logits = OnnxNetwork.Add(layersOf(graph), network, graph.Input(OnnxFile.Input, pixels));
        graph.Output(logits, OnnxFile.Output, batch, spec.NumClasses);
        byte[] model = graph.ToBytes();
        ModelBytes = model.LongLength;
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
        _images = new float[batch * spec.ImageDim];
        _logits = new float[batch * spec.NumClasses];
        _input = [OrtValue.CreateTensorValueFromMemory(_images, pixels)];
        _output = [OrtValue.CreateTensorValueFromMemory(_logits, [batch, spec.NumClasses])];
    }

    /// <summary>Size of the .onnx file.</summary>
    public long ModelBytes { get; }

    public Span<float> Images => _images;

    public ReadOnlySpan<float> Logits => _logits;

    public void Run() => _session.Run(_options, [OnnxFile.Input], _input, [OnnxFile.Output], _output);

    public void Dispose()
    {
        _input[0].Dispose();
        _output[0].Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
