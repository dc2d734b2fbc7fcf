using Microsoft.ML.BlockPruning.Checkpoints.Containers;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Sharded;
using Microsoft.ML.BlockPruning.Checkpoints.Families;
using Microsoft.ML.BlockPruning.Checkpoints.KeyMaps;

namespace Microsoft.ML.BlockPruning.Checkpoints;

/// <summary>What can be read: a container, a program's names and a family are a row each, and know nothing of each other.</summary>
/// <param name="Containers">Found by a file's first bytes; the last says what is wrong with a file that none takes.</param>
/// <param name="KeyMaps">The first that takes all names; else the one that takes the most says what is wrong.</param>
/// <param name="Families">The first that takes the tensors; the last says what is wrong with those that none takes.</param>
internal sealed record CheckpointRows(
    IReadOnlyList<IContainer> Containers, IReadOnlyList<KeyMap> KeyMaps, IReadOnlyList<IFamily> Families)
{
    // What holds tensors itself; safetensors last, for it has no magic number.
    private static readonly IContainer[] Files = [new TorchZipContainer(), new TorchLegacyContainer(), OwnFile.Container];

    /// <summary>What this library reads.</summary>
    public static CheckpointRows Default { get; } = new(
        [new ShardedContainer(Files), .. Files],
        [
            Timm.Map, Timm.Facebook, Timm.FacebookDinov2, .. HuggingFace.Maps, Torchvision.Map, Torchvision.Old,
            HuggingFaceTowers.Siglip, HuggingFaceTowers.Clip, .. SwinNames.Maps,
        ],
        [new SwinFamily(), new ViTFamily()]);
}
