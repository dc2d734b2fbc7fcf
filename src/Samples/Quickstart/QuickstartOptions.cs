using Microsoft.ML.BlockPruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Quickstart;

/// <summary>What one run is made of; the defaults are the README's first command.</summary>
internal sealed record QuickstartOptions
{
    /// <summary>A ViT with timm's tensor names; null: the bundled network.</summary>
    public string? ModelPath { get; init; }

    /// <summary>A folder with one subfolder per class; null: the bundled images.</summary>
    public string? ImagesFolder { get; init; }

    /// <summary>How the network was trained, where its config.json names no class.</summary>
    public ClassNameOrder ClassOrder { get; init; }

    /// <summary>Fraction of the dense network's multiply-adds to keep, in (0, 1].</summary>
    public double Keep { get; init; } = 0.5;

    public BlockShape Block { get; init; } = new(16, 16);

    /// <summary>Where to write the figures for programs; null: nowhere.</summary>
    public string? JsonPath { get; init; }

    /// <summary>Null: as many as the machine has.</summary>
    public int? Threads { get; init; }

    public int Seed { get; init; } = 1;

    /// <summary>Where the pruned model is saved.</summary>
    public string OutputPath { get; init; } = "pruned.zip";
}
