using System.Diagnostics;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>The network on one workspace: the order of the layers, and which buffer each reads and writes. One caller at a time.</summary>
internal sealed unsafe class ForwardPass : IDisposable
{
    // Only the prefix tokens are read in the end, and they are in the first panel: the last layer's other panels are left out.
    public const int PrefixPanels = 1;

    private readonly PackedNetwork _network;
    private readonly Workspace _workspace;
    private readonly PanelLayout _layout;
    private readonly LinearWork _linear;
    private readonly NormWork _norm;
    private readonly PatchWork _patches;
    private readonly AttentionWork _attention;
    private readonly int _embedDim;

    public ForwardPass(PackedNetwork network, int capacity, CpuKernel kernel, WorkerPool pool)
    {
        var config = network.Config;
        _network = network;
        _layout = network.Layout;
        _workspace = new Workspace(config, capacity, pool.Threads);
        _linear = new LinearWork(kernel.Linear, pool);
        _norm = new NormWork(kernel.Norm, pool);
        _patches = new PatchWork(config, pool);
        _attention = new AttentionWork(kernel.Attention, pool, new AttentionShape(_layout, config.NumHeads, config.HeadDim));
        _embedDim = PanelLayout.PadFeatures(config.EmbedDim);
        Debug.Assert(config.PrefixTokens <= _layout.LanesOf(0), "prefix tokens outside the first panel");
    }

    /// <summary>Images that fit.</summary>
    public int Capacity => _workspace.Capacity;

    /// <summary>Scores images.</summary>
    /// <param name="images">[count, channels, imageSize, imageSize] float32, normalised.</param>
    /// <param name="count">Number of images; at most the capacity.</param>
    /// <param name="logits">[count, numClasses] float32, written.</param>
    public void Run(float* images, int count, float* logits)
    {
        Debug.Assert(count <= Capacity, "more images than fit");
        _patches.Run(images, count, _workspace.Wide);
        Linear(
            _network.PatchEmbedding, count, _layout.Panels, Epilogue.AddResidual,
            _workspace.Wide, _network.StartTokens, residualStride: 0, _workspace.Stream);
        for (int i = 0; i < _network.Layers.Count; i++)
        {
            Encode(_network.Layers[i], count, i == _network.Layers.Count - 1 ? PrefixPanels : _layout.Panels);
        }

        for (int head = 0; head < _network.Heads.Count; head++)
        {
            Classify(head, count, logits);
        }
    }

    public void Dispose() => _workspace.Dispose();

    /// <summary>One encoder layer, in place on the residual stream.</summary>
    private void Encode(PackedEncoderLayer layer, int count, int panels)
    {
        float* stream = _workspace.Stream;
        float* narrow = _workspace.Narrow;
        float* wide = _workspace.Wide;
        nint stride = _layout.SizeOf(_embedDim);
        _norm.Run(layer.Norm1, _layout, count, _layout.Panels, stream, narrow);
        Linear(layer.Qkv, count, _layout.Panels, Epilogue.None, narrow, null, 0, wide);
        _attention.Run(count, panels, _workspace.Scratch, wide, narrow);
        Linear(layer.Proj, count, panels, Epilogue.AddResidual, narrow, stream, stride, stream);
        _norm.Run(layer.Norm2, _layout, count, panels, stream, narrow);
        Linear(layer.Fc1, count, panels, Epilogue.Gelu, narrow, null, 0, wide);
        Linear(layer.Fc2, count, panels, Epilogue.AddResidual, wide, stream, stride, stream);
    }

    private void Linear(
        PackedLinear linear, int count, int panels, Epilogue epilogue, float* x, float* residual, nint residualStride, float* y) =>
        _linear.Run(linear, _layout, count, panels, epilogue, x, residual, residualStride, y);

    /// <summary>One head over its prefix token of every image; the logits of two heads are averaged (DeiT §3).</summary>
    private void Classify(int head, int count, float* logits)
    {
        var batch = new PanelLayout(count);
        var linear = _network.Heads[head];
        for (int image = 0; image < count; image++)
        {
            float* token = _workspace.Stream + (image * _layout.SizeOf(_embedDim)) + head; // lane = number of the prefix token
            for (int feature = 0; feature < _network.Config.EmbedDim; feature++)
            {
                _workspace.Tokens[batch.IndexOf(image, feature, _embedDim)] = token[feature * _layout.LanesOf(0)];
            }
        }

        _norm.Run(_network.Norm, batch, images: 1, batch.Panels, _workspace.Tokens, _workspace.Tokens);
        _linear.Run(linear, batch, images: 1, _workspace.Tokens, _workspace.Logits);
        for (int image = 0; image < count; image++)
        {
            for (int label = 0; label < linear.OutFeatures; label++)
            {
                float logit = _workspace.Logits[batch.IndexOf(image, label, linear.PaddedOutFeatures)];
                float* target = logits + ((nint)image * linear.OutFeatures) + label;
                *target = head == 0 ? logit : (*target + logit) / 2;
            }
        }
    }
}
