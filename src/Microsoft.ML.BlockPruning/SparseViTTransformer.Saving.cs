using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Onnx;

namespace Microsoft.ML.BlockPruning;

/// <content>The network alone, in the forms that other programs read.</content>
public sealed partial class SparseViTTransformer
{
    /// <summary>Writes the network alone, without ML.NET's container: safetensors with PyTorch's BSR names.</summary>
    /// <param name="stream">Written to from its position on; stays open.</param>
    /// <remarks><c>mlContext.Transforms.LoadSparseViT</c> reads it, whatever ML.NET's own format becomes.</remarks>
    public void SaveNetwork(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Scorer.ThrowIfDisposed();
        Model.Save(stream);
    }

    /// <summary>Writes the network alone to a file: aside, then renamed, so that a failure leaves an old file as it was.</summary>
    /// <param name="path">The safetensors file; replaced if it exists.</param>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public void SaveNetwork(string path)
    {
        Scorer.ThrowIfDisposed();
        AtomicFile.Write(path, Model.Save);
    }

    /// <summary>Writes the network alone with zeros in removed blocks, every tensor under timm's name, for other programs.</summary>
    /// <param name="path">The safetensors file; replaced if it exists, by rename. Its size is the dense network's.</param>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file cannot be replaced; names the path.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public void SaveDenseNetwork(string path)
    {
        Scorer.ThrowIfDisposed();
        AtomicFile.Write(path, Model.ToDense().Save);
    }

    /// <summary>Writes the network with zeros in removed blocks under the names of the checkpoint that was pruned.</summary>
    /// <param name="path">The safetensors file of float32; replaced if it exists, by rename.</param>
    /// <param name="denseModelPath">The checkpoint, as it was given to be pruned. It says the tensors' names and sides.</param>
    /// <remarks>
    /// What reads the checkpoint reads this file in its place, beside the same config.json. LayerScale, which was multiplied into the
    /// weights, is ones; tensors that the network does not use are copied; buffers and what stood beside the network are left out. Where
    /// the network was pruned in another basis than the checkpoint's, its metadata say so: <c>basis</c>, a <see cref="PruneBasis"/>.
    /// </remarks>
    /// <exception cref="IOException">A file cannot be read or written; names the path.</exception>
    /// <exception cref="InvalidDataException">The checkpoint is damaged or unknown, or its network is another one.</exception>
    /// <exception cref="NotSupportedException">The checkpoint has no place for a part of the network; names it.</exception>
    /// <exception cref="UnauthorizedAccessException">A file cannot be read or written; names the path.</exception>
    public void SaveDenseNetwork(string path, string denseModelPath)
    {
        Scorer.ThrowIfDisposed();
        var heads = Network.Steps.OfType<BranchSpec>().Select(branch => branch.Middle).OfType<AttentionSpec>().Select(mix => mix.Heads);
        int[] counts = [.. heads.Distinct()];
        var options = new CheckpointOptions { ImageSize = Network.ImageSize, NumHeads = counts is [var one] ? one : null };
        if (Path.Exists(path) && RealPath.Of(path) == RealPath.Of(ViTCheckpoint.Find(denseModelPath)))
        {
            throw new IOException($"'{path}' is the checkpoint itself, which would be lost. Give another file.");
        }

        using var checkpoint = Checkpoint.Open(denseModelPath, options);
        var writer = checkpoint.Rewrite(Model.ToWeights());
        if (Report?.Settings.Basis is { } basis && basis != nameof(PruneBasis.Original))
        {
            writer.AddMetadata("basis", basis);
        }

        AtomicFile.Write(path, writer.Write);
    }

    /// <summary>Writes the network alone as ONNX, with zeros in removed blocks, for other programs.</summary>
    /// <param name="path">The .onnx file; replaced if it exists, by rename. Its size is the dense network's in float32.</param>
    /// <remarks>
    /// Opset 17. Input <c>pixel_values</c>, float32 [batch, channels, height, width], normalised as <see cref="Preprocessing"/> says;
    /// output <c>logits</c>, float32 [batch, classes]. The file's metadata has <c>preprocessing</c> and <c>labels</c> as JSON. A pipeline
    /// with this transformer, whose image column is a vector of pixels, is written by ML.NET's <c>mlContext.Model.ConvertToOnnx</c>.
    /// </remarks>
    /// <exception cref="IOException">The folder is missing, the disk is full, or the file cannot be replaced; names the path.</exception>
    /// <exception cref="NotSupportedException">The network is too large for an ONNX file.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written; names the path.</exception>
    public void SaveOnnx(string path)
    {
        Scorer.ThrowIfDisposed();
        AtomicFile.Write(path, file => OnnxFile.Save(Model, file));
    }

    /// <summary>Writes the network alone as ONNX to a stream.</summary>
    /// <param name="stream">Written to from its position on; stays open.</param>
    /// <inheritdoc cref="SaveOnnx(string)" path="/remarks"/>
    /// <exception cref="NotSupportedException">The network is too large for an ONNX file.</exception>
    public void SaveOnnx(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Scorer.ThrowIfDisposed();
        OnnxFile.Save(Model, stream);
    }
}
