using System.Text.Json.Serialization;

namespace Microsoft.ML.BlockPruning.Networks;

/// <summary>What a head reads of the tokens after the last step and the network's norm.</summary>
[JsonDerivedType(typeof(TokenPooling), "token")]
[JsonDerivedType(typeof(MeanPooling), "mean")]
internal abstract record PoolingSpec;

/// <summary>One token, by its number.</summary>
internal sealed record TokenPooling(int Token) : PoolingSpec;

/// <summary>The mean of the tokens from one on: of the patches where that is the number of prefix tokens.</summary>
internal sealed record MeanPooling(int FirstToken) : PoolingSpec;

/// <summary>A classifier over pooled tokens. Where there are several, the logits are the mean of theirs (DeiT §3).</summary>
/// <param name="Pooling">What it reads.</param>
/// <param name="Linear">The classes.</param>
/// <param name="Norm">A norm of what was pooled (timm's <c>fc_norm</c>); null where there is none.</param>
internal sealed record HeadSpec(
    PoolingSpec Pooling, LinearSpec Linear,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] NormSpec? Norm = null);
