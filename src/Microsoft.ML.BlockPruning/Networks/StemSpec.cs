using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>What makes tokens of an image: prefix tokens, then patches in rows, each with its position added, then normed.</summary>
/// <param name="PatchSize">Width and height of a patch, in pixels; the patch convolution's stride too.</param>
/// <param name="Patch">The patch convolution as a linear layer over [channels, patchSize, patchSize].</param>
/// <param name="PrefixTokens">Names of the tokens before the patches, each [1, 1, features].</param>
/// <param name="Position">Name of what is added to the tokens, [1, tokens, features]; null where nothing is (Swin).</param>
/// <param name="Norm">A norm of the tokens before the first step (CLIP, Swin); null where there is none.</param>
internal sealed record StemSpec(
    int PatchSize, LinearSpec Patch, IReadOnlyList<string> PrefixTokens, string? Position,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NormSpec? Norm = null);
