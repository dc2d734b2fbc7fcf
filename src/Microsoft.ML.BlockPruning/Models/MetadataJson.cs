namespace Microsoft.ML.BlockPruning.Models;

/// <summary>What the tensors of a file do not say, as its metadata spells it.</summary>
/// <param name="Version">1 where the network is a ViT's hyper-parameters, 2 where it is a specification.</param>
/// <param name="Network">The network.</param>
/// <param name="Preprocessing">What is done to an image first.</param>
/// <param name="Labels">In the order of the logits.</param>
internal sealed record MetadataJson<TNetwork>(int Version, TNetwork Network, PixelMetadata Preprocessing, string[] Labels);

/// <summary>The version alone: the rest of the text is read strictly by what it says.</summary>
internal sealed record VersionJson(int Version);
