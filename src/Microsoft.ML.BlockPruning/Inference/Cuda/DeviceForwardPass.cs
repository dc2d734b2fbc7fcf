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
        var config = network.Config;
        int rows = count * config.Tokens;
        driver.CopyToDevice(arena.Images, arena.Input, (long)count * arena.InputBytesPerImage, stream);
        kernels.CutPatches(Patches(), count, network.Element, stream);
        Linear(
            network.PatchEmbedding, rows, arena.Wide, network.StartTokens, config.Tokens, CudaActivation.None, arena.Residual);
        for (int i = 0; i < network.Layers.Count; i++)
        {
            Encode(network.Layers[i], count, isLast: i == network.Layers.Count - 1);
        }

        for (int head = 0; head < network.Heads.Count; head++)
        {
            var logits = new DeviceRows(arena.Logits.Plus(head * arena.HeadBytes), network.LogitStride);
            Normalize(network.Norm, count, TokenOfEveryImage(arena.Residual, head), arena.Narrow);
            Linear(network.Heads[head], count, arena.Narrow, default, 0, CudaActivation.None, logits);
        }

        driver.CopyToHost(arena.Output, arena.Logits, network.Heads.Count * arena.HeadBytes, stream);
    }

    /// <summary>One encoder layer, in place on the residual stream. Of the last one only the prefix tokens are computed.</summary>
    private void Encode(DeviceEncoderLayer layer, int count, bool isLast)
    {
        var config = network.Config;
        int rows = count * config.Tokens;
        Normalize(layer.Norm1, rows, arena.Residual, arena.Narrow);
        Linear(layer.Qkv, rows, arena.Narrow, default, 0, CudaActivation.None, arena.Wide);
        Attend(count, isLast ? config.PrefixTokens : config.Tokens);
        if (!isLast)
        {
            Finish(layer, rows, arena.Narrow, arena.Residual);
            return;
        }

        for (int token = 0; token < config.PrefixTokens; token++)
        {
            Finish(layer, count, TokenOfEveryImage(arena.Narrow, token), TokenOfEveryImage(arena.Residual, token));
        }
    }

    /// <summary>proj and the MLP, with their residuals.</summary>
    private void Finish(DeviceEncoderLayer layer, int rows, DeviceRows narrow, DeviceRows residual)
    {
        Linear(layer.Proj, rows, narrow, residual, rows, CudaActivation.None, residual);
        Normalize(layer.Norm2, rows, residual, narrow);
        if (layer.HasHiddenGap)
        {
            driver.Clear(arena.Wide.Pointer, BlockCodecs.Of(network.Element).BytesOf((long)rows * arena.Wide.Stride), stream);
        }

        Linear(layer.Fc1, rows, narrow, default, 0, CudaActivation.Gelu, arena.Wide);
        Linear(layer.Fc2, rows, arena.Wide, residual, rows, CudaActivation.None, residual);
    }

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
                Width = network.Config.EmbedDim,
                Padded = arena.Narrow.Stride,
                XStride = x.Stride,
                YStride = y.Stride,
                Epsilon = network.Config.LayerNormEps,
            },
            network.Element,
            stream);

    private void Attend(int count, int queries) =>
        kernels.Attend(
            new AttentionParameters
            {
                Qkv = arena.Wide.Pointer,
                Y = arena.Narrow.Pointer,
                Tokens = network.Config.Tokens,
                Queries = queries,
                Heads = network.Config.NumHeads,
                HeadWidth = network.Config.HeadDim,
                QkvStride = arena.Wide.Stride,
                YStride = arena.Narrow.Stride,
                Scale = 1 / MathF.Sqrt(network.Config.HeadDim),
            },
            count,
            network.Element,
            stream);

    private PatchParameters Patches() => new()
    {
        Images = arena.Images,
        Y = arena.Wide.Pointer,
        Tokens = network.Config.Tokens,
        Prefix = network.Config.PrefixTokens,
        Channels = network.Config.Channels,
        ImageSize = network.Config.ImageSize,
        PatchSize = network.Config.PatchSize,
        Padded = network.PatchEmbedding.PaddedInFeatures,
        YStride = arena.Wide.Stride,
    };

    /// <summary>One token of every image as rows.</summary>
    private DeviceRows TokenOfEveryImage(DeviceRows rows, int token) => new(
        rows.Pointer.Plus(BlockCodecs.Of(network.Element).BytesOf((long)token * rows.Stride)), rows.Stride * network.Config.Tokens);
}
