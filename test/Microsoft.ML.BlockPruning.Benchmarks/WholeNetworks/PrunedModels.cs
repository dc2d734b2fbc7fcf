using System.Globalization;
using Microsoft.ML.BlockPruning.Benchmarks.Pruning;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.WholeNetworks;

/// <summary>Networks pruned by the library's default, kept in a folder so that a second run need not prune again.</summary>
/// <param name="folder">null: nothing is kept.</param>
internal sealed class PrunedModels(DirectoryInfo? folder)
{
    private static readonly BlockShape Block = new(16, 16);

    /// <summary>Reads the network, or prunes it and writes it.</summary>
    /// <param name="subject">What to prune, with its calibration images.</param>
    /// <param name="keep">Fraction of the multiply-adds.</param>
    public SparseViT Of(PruningSubject subject, double keep)
    {
        string? path = folder is null ? null : Path.Combine(folder.FullName, string.Create(
            CultureInfo.InvariantCulture, $"{subject.Description}-keep{keep}-{Block}.safetensors"));
        if (File.Exists(path))
        {
            using var stream = File.OpenRead(path);
            return SparseViTReader.Read(stream);
        }

        LibTorch.EnsureLoaded();
        Console.Error.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"Pruning the {subject.Description} network to keep {keep} ..."));
        var settings = PruningSubject.Settings(subject.Weights.Spec, Block, keep);
        var pruned = new BlockPruner(PruneMethods.Of(new PruneRequest())).Prune(subject.Weights, subject.Calibration, settings, _ => { });
        var network = NetworkSubject.Sparse(pruned.Weights, pruned.Plan);
        if (path is not null)
        {
            Directory.CreateDirectory(folder!.FullName);
            AtomicFile.Write(path, network.Save);
        }

        return network;
    }
}
