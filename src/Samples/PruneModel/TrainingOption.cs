using System.Text.Json.Serialization;
using Microsoft.ML.BlockPruning;

namespace PruneModelSample;

/// <summary>How the network is pruned.</summary>
/// <param name="NetworkPath">The dense network: safetensors with timm's names.</param>
/// <param name="Keep">Fraction of its multiply-adds that stays, in (0, 1].</param>
/// <param name="Block">The weight tile, such as 16x16.</param>
/// <param name="Seed">Same seed, same model.</param>
/// <param name="ClassOrder">How a network without names of classes was trained: Natural (timm) or Ordinal (torchvision).</param>
internal sealed record TrainingOption(
    string NetworkPath, double Keep, string Block, int Seed,
    [property: JsonConverter(typeof(JsonStringEnumConverter<ClassNameOrder>))]
    ClassNameOrder ClassOrder = ClassNameOrder.Unspecified);
