using System.Diagnostics;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cpu;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Layout;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Linear;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Norm;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;
using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Inference.Cpu;

/// <summary>The network on one workspace: the order of the steps, and which buffer each reads and writes. One caller at a time.</summary>
internal sealed unsafe class ForwardPass : IDisposable
{
    private readonly PackedNetwork _network;
    private readonly Workspace _workspace;
    private readonly LinearWork[] _linears; // one a format
    private readonly InputWork _input;
    private readonly NormWork _norm;
    private readonly CpuKernel _kernel;
    private readonly PatchWork _patches;
    private readonly AttentionWork[] _attention; // one a format
    private readonly WindowWork _windows;
    private readonly MergeWork _merge;
    private readonly PanelLayout _lastLayout;
    private readonly HeadReading _heads;
    private readonly bool _hasMeansOfNormed;

    public ForwardPass(PackedNetwork network, int capacity, CpuKernel kernel, WorkerPool pool)
    {
        var spec = network.Spec;
        _network = network;
        _kernel = kernel;
        _workspace = new Workspace(spec, network.PackedInputBytes, network.AttentionScratch, capacity, pool.Threads);
        _linears = [.. Enum.GetValues<ProductFormat>().Select(format => new LinearWork(kernel.ProductOf(format), pool))];
        _input = new InputWork(kernel.Norm, pool);
        _norm = new NormWork(kernel.Norm, pool);
        _patches = new PatchWork(spec, pool);
        _attention = [.. Enum.GetValues<ProductFormat>().Select(format => new AttentionWork(kernel.AttentionOf(format), pool))];
        _windows = new WindowWork(kernel.Attention, pool);
        _merge = new MergeWork(pool);
        _lastLayout = new PanelLayout(spec.FinalTokens);
        _heads = new HeadReading(_lastLayout, spec.FinalFeatures);
        _hasMeansOfNormed = spec.Norm is not null && spec.Heads.Any(head => head.Pooling is MeanPooling);
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
        var layout = _network.Layout;
        _patches.Run(images, count, _workspace.Wide);
        WorkOf(_network.PatchEmbedding).Run(
            _network.PatchEmbedding, layout, count, layout.Panels, Epilogue.AddResidual,
            (byte*)_workspace.Wide, _network.StartTokens, residualStride: 0, _workspace.Stream);
        if (_network.StemNorm is { } before)
        {
            _norm.Run(before, layout, count, layout.Panels, _workspace.Stream, _workspace.Stream);
        }

        foreach (var step in _network.Steps)
        {
            if (step is PackedBranch branch)
            {
                Run(branch, count);
            }
            else
            {
                Run((PackedMerge)step, count);
            }
        }

        if (_hasMeansOfNormed)
        {
            _norm.Run(_network.Norm!, _lastLayout, count, _lastLayout.Panels, _workspace.Stream, _workspace.Narrow);
        }

        for (int head = 0; head < _network.Heads.Length; head++)
        {
            Classify(head, count, logits);
        }
    }

    public void Dispose() => _workspace.Dispose();

    /// <summary>x += second(middle(first(norm x))), in place on the residual stream.</summary>
    private void Run(PackedBranch branch, int count)
    {
        float* stream = _workspace.Stream;
        float* narrow = _workspace.Narrow;
        float* wide = _workspace.Wide;
        var (layout, panels) = (branch.Layout, branch.Panels);
        if (branch.First is { } first) // else the second reads nothing
        {
            byte* normed = Normalize(branch.Norm, first, layout, count, panels.First, stream);
            WorkOf(first).Run(first, layout, count, panels.First, branch.Activation, normed, null, 0, wide);
        }

        float* hidden = wide;
        if (branch.Attention is { } attention)
        {
            var work = _attention[(int)branch.First!.Format]; // there is no middle without it
            work.Run(attention, count, panels.Second, _workspace.Scratch, wide, _workspace.Packed, narrow);
            hidden = narrow;
        }
        else if (branch.Windows is { } windows)
        {
            _windows.Run(windows, count, _workspace.Scratch, wide, narrow);
            hidden = narrow;
        }

        nint stride = layout.SizeOf(branch.Second.PaddedOutFeatures);
        byte* read = Pack(branch.Second, layout, count, panels.Second, hidden);
        WorkOf(branch.Second).Run(branch.Second, layout, count, panels.Second, Epilogue.AddResidual, read, stream, stride, stream);
    }

    /// <summary>x = reduction(norm(four neighbours in one)).</summary>
    private void Run(PackedMerge merge, int count)
    {
        float* narrow = _workspace.Narrow;
        _merge.Run(merge.From, merge.Layout, merge.Features, count, merge.Panels.First, _workspace.Stream, narrow);
        var reduction = merge.Reduction;
        byte* normed = Normalize(merge.Norm, reduction, merge.Layout, count, merge.Panels.First, narrow);
        WorkOf(reduction).Run(reduction, merge.Layout, count, merge.Panels.Second, Epilogue.None, normed, null, 0, _workspace.Stream);
    }

    /// <summary>One head over what it reads of every image; the logits of several heads are averaged (DeiT §3).</summary>
    private void Classify(int head, int count, float* logits)
    {
        var batch = new PanelLayout(count);
        var linear = _network.Heads[head];
        if (_network.Spec.Heads[head].Pooling is TokenPooling pooling)
        {
            _heads.Take(pooling.Token, count, _workspace.Stream, _workspace.Tokens);
            NormOfPooled(_network.Norm, batch);
        }
        else
        {
            float* tokens = _hasMeansOfNormed ? _workspace.Narrow : _workspace.Stream;
            _heads.Mean(((MeanPooling)_network.Spec.Heads[head].Pooling).FirstToken, count, tokens, _workspace.Tokens);
        }

        NormOfPooled(_network.HeadNorms[head], batch);

        WorkOf(linear).Run(linear, batch, images: 1, (byte*)_workspace.Tokens, _workspace.Logits);
        int heads = _network.Heads.Length;
        for (int image = 0; image < count; image++)
        {
            for (int label = 0; label < linear.OutFeatures; label++)
            {
                float logit = _workspace.Logits[batch.IndexOf(image, label, linear.PaddedOutFeatures)];
                float* target = logits + ((nint)image * linear.OutFeatures) + label;
                float sum = head == 0 ? logit : *target + logit;
                *target = head == heads - 1 ? sum / heads : sum;
            }
        }
    }

    private LinearWork WorkOf(PackedLinear linear) => _linears[(int)linear.Format];

    /// <summary>LayerNorm(x) as a layer reads it. Where that is float32, it is in the workspace's narrow buffer.</summary>
    private byte* Normalize(PackedNorm norm, PackedLinear reader, PanelLayout layout, int count, int panels, float* x)
    {
        var row = _kernel.ProductOf(reader.Format);
        if (!row.PacksInput)
        {
            _norm.Run(norm, layout, count, panels, x, _workspace.Narrow);
            return (byte*)_workspace.Narrow;
        }

        _input.Run(row, norm, layout, reader.InFeatures, count, panels, x, _workspace.Narrow, _workspace.Packed);
        return _workspace.Packed;
    }

    /// <summary>x as a layer reads it.</summary>
    private byte* Pack(PackedLinear reader, PanelLayout layout, int count, int panels, float* x)
    {
        var row = _kernel.ProductOf(reader.Format);
        if (!row.PacksInput)
        {
            return (byte*)x;
        }

        _input.Run(row, parameters: null, layout, reader.InFeatures, count, panels, x, normed: null, _workspace.Packed);
        return _workspace.Packed;
    }

    private void NormOfPooled(PackedNorm? norm, PanelLayout batch)
    {
        if (norm is not null)
        {
            _norm.Run(norm, batch, images: 1, batch.Panels, _workspace.Tokens, _workspace.Tokens);
        }
    }
}
