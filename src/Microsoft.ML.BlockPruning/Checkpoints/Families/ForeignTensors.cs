using Microsoft.ML.BlockPruning.Checkpoints.Configuration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>What is in a file that is not a network computed here, told by the names of its tensors: a row each.</summary>
internal static class ForeignTensors
{
    /// <summary>What a message says of a file with such a name, after the file's own name and a colon.</summary>
    private delegate string Message(string name, int count);

    // What a name begins with, what it holds, and the message; the first row that fits a name of the file.
    private static readonly (string Begin, string Part, Message Says)[] Rows =
    [
        ("", ".lora_", Adapter),
        ("", "lora_magnitude_vector", Adapter),
        ("", ".absmax", Quantised("bitsandbytes")),
        ("", ".quant_state.", Quantised("bitsandbytes")),
        ("", ".SCB", Quantised("bitsandbytes")),
        ("", ".qweight", Quantised("GPTQ or AWQ")),
        ("", ".qzeros", Quantised("GPTQ or AWQ")),
        ("", ".weight_packed", Quantised("compressed-tensors")),
        ("", "._packed_params", Quantised("torch.ao")),
        ("decoder_", "", (_, _) => Pretraining("decoder_*")),
        ("decoder.", "", (_, _) => Pretraining("decoder.*")),
        ("text_model.", "", Towers),
        ("visual_projection.", "", Towers),
        ("logit_scale", "", Towers),
        ("transformer.resblocks.", "", Towers),
        ("beit.", "", Network("BEiT")),
        ("swinv2.", "", Network("Swin V2")),
        ("", ".continuous_position_bias_mlp.", Network("Swin V2")),
        ("", ".cpb_mlp.", Network("Swin V2")),
        ("dinov3_vit.", "", Network("DINOv3")),
        ("data2vec_vision.", "", Network("Data2Vec")),
        ("convnext.", "", NoTransformer("ConvNeXt")),
        ("convnextv2.", "", NoTransformer("ConvNeXt V2")),
        ("resnet.", "", NoTransformer("ResNet")),
        ("layer1.0.conv1.", "", NoTransformer("ResNet")),
        ("", ".running_mean", NoTransformer("a network with batch norm")),
        ("embeddings.patch_embeddings.", "", NoHead),
        ("attn_pool.", "", Part("attention pooling")),
        ("", ".rope.", Part("a rotary position embedding")),
        ("rope.", "", Part("a rotary position embedding")),
        ("", ".q_norm.", Part("a norm of queries and keys")),
        ("", ".k_norm.", Part("a norm of queries and keys")),
        ("", ".mlp.weights_in.", Part("SwiGLU")),
        ("", ".mlp.w12.", Part("SwiGLU")),
        ("", ".mlp.fc1_g.", Part("SwiGLU")),
        ("", ".attn_out_proj.", Part("a block of parallel attention and MLP")),
        ("", ".attns.", Part("a block of parallel attentions")),
        ("", ".q_bias", Part("BEiT's attention")),
    ];

    /// <summary>Refuses a file by what it is.</summary>
    /// <param name="file">The file, its names without wrappings.</param>
    /// <exception cref="InvalidDataException">It is no network that is computed here.</exception>
    public static void Refuse(ITensorFile file)
    {
        foreach (var (begin, part, says) in Rows)
        {
            var found = file.Names.FirstOrDefault(
                name => name.StartsWith(begin, StringComparison.Ordinal) && name.Contains(part, StringComparison.Ordinal));
            if (found is not null)
            {
                throw new InvalidDataException($"{file.Source}: {says(found, file.Names.Count)}");
            }
        }
    }

    /// <summary>What a message says of a network without a classifier.</summary>
    /// <param name="count">Tensors of the file.</param>
    public static string WithoutHead(int count) =>
        $"this is a backbone without a classifier (no head.* / classifier.*): {count} tensors. Give a fine-tuned checkpoint; "
        + "google/vit-base-patch16-224-in21k, facebook/dinov2-* and MAE pretraining files have no head.";

    private static string NoHead(string name, int count) => WithoutHead(count);

    private static string Adapter(string name, int count) =>
        $"this is a PEFT adapter ('{name}'), not a network. Merge it first: model.merge_and_unload().save_pretrained(...).";

    private static string Pretraining(string tensors) =>
        $"this is an MAE pretraining checkpoint ({tensors} tensors): no classifier head. Give the fine-tuned one.";

    private static string Towers(string name, int count) =>
        $"a CLIP or SigLIP model of two towers ('{name}') has no classifier; give a CLIPForImageClassification or timm fine-tune.";

    private static Message Quantised(string by) =>
        (name, _) => $"'{name}' is quantised ({by}); give the network in float32, float16 or bfloat16.";

    private static Message Network(string network) => (_, _) => $"{network} is not supported; {ForeignFamilies.Ours}.";

    private static Message NoTransformer(string network) =>
        (name, _) => $"'{name}' is of {network}, not a vision transformer: not supported; {ForeignFamilies.Ours}.";

    private static Message Part(string what) => (name, _) => $"tensor '{name}': {what} is not supported.";
}
