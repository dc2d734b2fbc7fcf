using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>A number of a <c>config.json</c> that the tensors tell too: a family holds one against the other.</summary>
/// <param name="Source">The file, for messages.</param>
/// <param name="Path">The key with those around it, such as <c>model_args.depth</c>.</param>
/// <param name="Value">What it holds; outlives its document.</param>
internal sealed record ConfigFact(string Source, string Path, JsonElement Value)
{
    /// <summary>The last part of the path.</summary>
    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>Whether it says how many attention heads there are, which tensors do not tell.</summary>
    public bool IsOfHeads => Key is "num_heads" or "num_attention_heads";

    /// <summary>Whether it says how large an image is.</summary>
    public bool IsOfImage => Key is "img_size" or "image_size" or "input_size";
}
