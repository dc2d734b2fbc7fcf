using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.Networks;

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
        Normed(network.StemNorm, rows, arena.Residual, arena.Residual, arena.Residual.Stride);
        for (int i = 0; i < network.WholeBranches; i++)
        {
            Begin(network.Branches[i], rows, arena.Residual, arena.Narrow);
            Attend(network.Branches[i], count, tokens);
            End(network.Branches[i], rows, arena.Narrow, arena.Residual);
        }

        var (read, norm) = (arena.Residual, network.Norm);
        if (network.ReadTokens is { } few)
        {
            QueueWhatHeadsRead(count, few);
        }
        else
        {
            (read, norm) = (Normed(norm, rows, read, arena.Narrow, arena.Narrow.Stride), null);
        }

        foreach (var head in network.Heads)
        {
            Classify(head, count, read, norm);
        }

        driver.CopyToHost(arena.Output, arena.Logits, network.Heads.Length * arena.HeadBytes, stream);
    }

    /// <summary>One head over what it reads of every image; rows that are pooled stand where the hidden features were.</summary>
    /// <param name="head">The head.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="tokens">Of all images.</param>
    /// <param name="norm">What is still to be done with them; null where nothing is.</param>
    private void Classify(DeviceHead head, int count, DeviceRows tokens, DeviceNorm? norm)
    {
        int padded = head.Linear.PaddedInFeatures;
        var read = head.Pooling is TokenPooling token ? TokenOfEveryImage(tokens, token.Token) : arena.Wide;
        if (head.Pooling is MeanPooling mean)
        {
            kernels.Average(
                new MeanParameters
                {
                    X = tokens.Pointer,
                    Y = read.Pointer,
                    Tokens = network.Spec.Tokens,
                    First = mean.FirstToken,
                    Padded = padded,
                    XStride = tokens.Stride,
                    YStride = read.Stride,
                },
                count,
                network.Element,
                stream);
        }

        read = Normed(norm, count, read, arena.Wide, padded);
        read = Normed(head.Norm, count, read, arena.Wide, padded);
        var logits = new DeviceRows(arena.Logits.Plus(head.Number * arena.HeadBytes), network.LogitStride);
        Linear(head.Linear, count, read, default, 0, CudaActivation.None, logits);
    }

    /// <summary>The last branch that mixes tokens and those after it: only for the tokens that heads read.</summary>
    private void QueueWhatHeadsRead(int count, int[] tokens)
    {
        DeviceBranch? last = null;
        int next = network.WholeBranches;
        if (next < network.Branches.Count && network.Branches[next].Attention is not null)
        {
            last = network.Branches[next++];
            Begin(last, count * network.Spec.Tokens, arena.Residual, arena.Narrow);
            Attend(last, count, tokens[^1] + 1);
        }

        foreach (int token in tokens)
        {
            var (narrow, residual) = (TokenOfEveryImage(arena.Narrow, token), TokenOfEveryImage(arena.Residual, token));
            if (last is not null)
            {
                End(last, count, narrow, residual);
            }

            for (int i = next; i < network.Branches.Count; i++)
            {
                Begin(network.Branches[i], count, residual, narrow);
                End(network.Branches[i], count, narrow, residual);
            }
        }
    }

    /// <summary>The norm and the first layer, into the wide rows.</summary>
    private void Begin(DeviceBranch branch, int rows, DeviceRows residual, DeviceRows narrow)
    {
        Normed(branch.Norm, rows, residual, narrow, arena.Narrow.Stride);
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

    /// <summary>y = norm(x) with zeros up to the padded width; y may be x.</summary>
    /// <returns>y, or x where there is no norm.</returns>
    private DeviceRows Normed(DeviceNorm? optional, int rows, DeviceRows x, DeviceRows y, int padded)
    {
        if (optional is not { } norm)
        {
            return x;
        }

        kernels.Normalize(
            new NormParameters
            {
                X = x.Pointer,
                Scale = norm.Scale,
                Offset = norm.Offset,
                Y = y.Pointer,
                Rows = rows,
                Width = norm.Width,
                Padded = padded,
                XStride = x.Stride,
                YStride = y.Stride,
                Epsilon = norm.Epsilon,
            },
            network.Element,
            stream);
        return y;
    }

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
