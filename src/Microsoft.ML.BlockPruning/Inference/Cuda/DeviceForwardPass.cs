using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>The network on one arena: queues the copies and the layers, and waits for nothing, so that all of it can be captured.</summary>
internal sealed class DeviceForwardPass(
    DeviceNetwork network, DeviceArena arena, CudaKernels kernels, ICudaDriver driver, CudaStream stream)
{
    /// <summary>Scores the images of the arena's input into the arena's output.</summary>
    /// <param name="count">Number of images; at most the capacity.</param>
    public void Queue(int count)
    {
        int tokens = network.Spec.Tokens, rows = count * tokens;
        driver.CopyToDevice(arena.Images, arena.Input, (long)count * arena.InputBytesPerImage, stream);
        kernels.CutPatches(Patches(), count, network.Element, stream);
        Linear(network.PatchEmbedding, rows, arena.Wide, network.StartTokens, tokens, CudaActivation.None, arena.Residual);
        for (int i = 0; i < network.LastMixing; i++)
        {
            Begin(network.Branches[i], rows, arena.Residual, arena.Narrow);
            Attend(network.Branches[i], count, tokens);
            End(network.Branches[i], rows, arena.Narrow, arena.Residual);
        }

        QueueWhatHeadsRead(count);
        for (int head = 0; head < network.Heads.Count; head++)
        {
            var logits = new DeviceRows(arena.Logits.Plus(head * arena.HeadBytes), network.LogitStride);
            Normalize(network.Norm, count, TokenOfEveryImage(arena.Residual, network.HeadTokens[head]), arena.Narrow);
            Linear(network.Heads[head], count, arena.Narrow, default, 0, CudaActivation.None, logits);
        }

        driver.CopyToHost(arena.Output, arena.Logits, network.Heads.Count * arena.HeadBytes, stream);
    }

    /// <summary>The last branch that mixes tokens and those after it: only for the tokens that heads read.</summary>
    private void QueueWhatHeadsRead(int count)
    {
        if (network.LastMixing >= 0)
        {
            var last = network.Branches[network.LastMixing];
            Begin(last, count * network.Spec.Tokens, arena.Residual, arena.Narrow);
            Attend(last, count, network.ReadTokens[^1] + 1);
        }

        foreach (int token in network.ReadTokens)
        {
            var (narrow, residual) = (TokenOfEveryImage(arena.Narrow, token), TokenOfEveryImage(arena.Residual, token));
            if (network.LastMixing >= 0)
            {
                End(network.Branches[network.LastMixing], count, narrow, residual);
            }

            for (int i = network.LastMixing + 1; i < network.Branches.Count; i++)
            {
                Begin(network.Branches[i], count, residual, narrow);
                End(network.Branches[i], count, narrow, residual);
            }
        }
    }

    /// <summary>The norm and the first layer, into the wide rows.</summary>
    private void Begin(DeviceBranch branch, int rows, DeviceRows residual, DeviceRows narrow)
    {
        Normalize(branch.Norm, rows, residual, narrow);
        if (branch.HasHiddenGap)
        {
            driver.Clear(arena.Wide.Pointer, BlockCodecs.Of(network.Element).BytesOf((long)rows * arena.Wide.Stride), stream);
        }

        Linear(branch.First, rows, narrow, default, 0, branch.Activation, arena.Wide);
    }

    /// <summary>The second layer, added to the residual stream.</summary>
    private void End(DeviceBranch branch, int rows, DeviceRows narrow, DeviceRows residual) => Linear(
        branch.Second, rows, branch.Attention is null ? arena.Wide : narrow, residual, rows, CudaActivation.None, residual);

    private void Linear(
        DeviceLinear layer, int rows, DeviceRows x, DeviceRows residual, int residualRows, CudaActivation activation, DeviceRows y) =>
        kernels.Linear(layer, rows, x, residual, residualRows, activation, y, stream);

    private void Normalize(DeviceNorm norm, int rows, DeviceRows x, DeviceRows y) =>
        kernels.Normalize(
            new NormParameters
            {
                X = x.Pointer,
                Scale = norm.Scale,
                Offset = norm.Offset,
                Y = y.Pointer,
                Rows = rows,
                Width = norm.Width,
                Padded = arena.Narrow.Stride,
                XStride = x.Stride,
                YStride = y.Stride,
                Epsilon = norm.Epsilon,
            },
            network.Element,
            stream);

    private void Attend(DeviceBranch branch, int count, int queries)
    {
        if (branch.Attention is not { } attention)
        {
            return;
        }

        kernels.Attend(
            new AttentionParameters
            {
                Qkv = arena.Wide.Pointer,
                Y = arena.Narrow.Pointer,
                Tokens = network.Spec.Tokens,
                Queries = queries,
                Heads = attention.Heads,
                HeadWidth = attention.HeadDim,
                QkvStride = arena.Wide.Stride,
                YStride = arena.Narrow.Stride,
                Scale = 1 / MathF.Sqrt(attention.HeadDim),
            },
            count,
            network.Element,
            stream);
    }

    private PatchParameters Patches() => new()
    {
        Images = arena.Images,
        Y = arena.Wide.Pointer,
        Tokens = network.Spec.Tokens,
        Prefix = network.Spec.Stem.PrefixTokens.Count,
        Channels = network.Spec.Channels,
        ImageSize = network.Spec.ImageSize,
        PatchSize = network.Spec.Stem.PatchSize,
        Padded = network.PatchEmbedding.PaddedInFeatures,
        YStride = arena.Wide.Stride,
    };

    /// <summary>One token of every image as rows.</summary>
    private DeviceRows TokenOfEveryImage(DeviceRows rows, int token) => new(
        rows.Pointer.Plus(BlockCodecs.Of(network.Element).BytesOf((long)token * rows.Stride)), rows.Stride * network.Spec.Tokens);
}
