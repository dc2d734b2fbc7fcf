namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The keys of a <c>config.json</c>, timm's and Hugging Face's: a table, so that none is passed over in silence.</summary>
/// <remarks>
/// A key is read (<c>CheckpointConfigReader</c>), held against the tensors (<see cref="Facts"/>), allowed only the values of the one
/// network that is computed here (<see cref="Allowed"/>), or without effect on an answer (<see cref="IsHarmless"/>); any other is noted.
/// null counts as absent.
/// </remarks>
internal static class ConfigKeys
{
    private static readonly HashSet<string> Read = new(StringComparer.Ordinal)
    {
        "model_args", "pretrained_cfg", "vision_config", "layer_norm_eps", "mean", "std", "interpolation", "crop_pct", "crop_mode",
        "label_names", "id2label", "model_type", "architecture", "architectures", "act_layer", "hidden_act", "quantization_config",
    };

    /// <summary>Keys of what the tensors tell too (<see cref="ConfigFact"/>).</summary>
    public static IReadOnlySet<string> Facts { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "num_classes", "num_labels", "embed_dim", "hidden_size", "depth", "num_hidden_layers", "num_heads", "num_attention_heads",
        "intermediate_size", "in_chans", "num_channels", "patch_size", "img_size", "image_size", "input_size", "mlp_ratio", "distilled",
        "depths", "num_layers", "window_size",
        "class_token", "qkv_bias", "no_embed_class", "pre_norm", "fc_norm", "final_norm", "init_values", "layerscale_value",
        "layer_scale_init_value", "reg_tokens", "num_register_tokens",
    };

    // As JSON. Where a key stands does not matter: at the root, in model_args or in pretrained_cfg it means the same.
    private static readonly Dictionary<string, string[]> Fixed = new(StringComparer.Ordinal)
    {
        ["global_pool"] = Texts("token", "avg"),
        ["problem_type"] = Texts("single_label_classification"), // others read the logits another way
        ["pos_embed"] = Texts("learn"),
        ["norm_layer"] = Texts("layernorm", "LayerNorm"),
        ["mlp_layer"] = Texts("mlp", "Mlp"),
        ["attn_layer"] = Texts("attn", "Attention"),
        ["block_fn"] = Texts("Block"),
        ["embed_layer"] = Texts("PatchEmbed"),
        ["proj_bias"] = ["true"],
        ["qk_norm"] = ["false"],
        ["scale_attn_norm"] = ["false"],
        ["scale_attn_inner_norm"] = ["false"],
        ["scale_mlp_norm"] = ["false"],
        ["scale_mlp_inner_norm"] = ["false"],
        ["use_swiglu_ffn"] = ["false"],
        ["use_mean_pooling"] = ["false"],
        ["use_relative_position_bias"] = ["false"],
        ["use_shared_relative_position_bias"] = ["false"],
        ["use_absolute_embeddings"] = ["false"],
        ["ape"] = ["false"], // absolute positions of a Swin
        ["patch_norm"] = ["true"],
        ["path_norm"] = ["true"],
        ["qk_scale"] = [],
        ["embed_norm_layer"] = [],
        ["pruned_heads"] = ["{}"],
    };

    // Training, bookkeeping, what only other tasks read, and what acts on images of another size than the network's alone.
    private static readonly HashSet<string> Harmless = new(StringComparer.Ordinal)
    {
        // timm
        "num_features", "label_descriptions", "url", "file", "hf_hub_id", "hf_hub_filename", "hf_hub_revision", "source", "tag",
        "custom_load", "license", "origin_url", "description", "paper_name", "paper_ids", "notes", "pool_size", "fixed_input_size",
        "min_input_size", "test_input_size", "test_crop_pct", "first_conv", "classifier", "weight_init", "fix_init",
        "drop_rate", "pos_drop_rate", "patch_drop_rate", "proj_drop_rate", "attn_drop_rate", "drop_path_rate", "dynamic_img_size",
        "dynamic_img_pad", "strict_img_size", "pool_include_prefix", "state_dict", "pretrained", "checkpoint_path", "scriptable",
        "exportable", "library_name",

        // Hugging Face
        "attention_probs_dropout_prob", "hidden_dropout_prob", "attention_dropout", "classifier_dropout", "dropout", "encoder_stride",
        "initializer_range", "label2id", "pooler_act", "pooler_output_size", "torch_dtype", "dtype", "transformers_version",
        "_name_or_path", "_commit_hash", "_attn_implementation_autoset", "_attn_implementation", "return_dict", "output_attentions",
        "output_hidden_states", "torchscript", "use_cache", "use_bfloat16", "is_decoder", "is_encoder_decoder", "add_cross_attention",
        "cross_attention_hidden_size", "chunk_size_feed_forward", "finetuning_task", "tie_word_embeddings", "tie_encoder_decoder",
        "tokenizer_class", "prefix", "bos_token_id", "eos_token_id", "pad_token_id", "sep_token_id", "decoder_start_token_id",
        "task_specific_params", "use_mask_token", "gradient_checkpointing", "auto_map", "max_length", "min_length", "do_sample",
        "early_stopping", "num_beams", "num_beam_groups", "diversity_penalty", "temperature", "top_k", "top_p", "typical_p",
        "repetition_penalty", "length_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "bad_words_ids",
        "num_return_sequences", "output_scores", "return_dict_in_generate", "forced_bos_token_id", "forced_eos_token_id",
        "remove_invalid_values", "exponential_decay_length_penalty", "suppress_tokens", "begin_suppress_tokens", "tf_legacy_loss",
        "do_pretrain", "model_name", "text_config", "projection_dim", "logit_scale_init_value", "initializer_factor",
        "apply_layernorm", "reshape_hidden_states", "always_partition", "out_features", "out_indices", "stage_names", "vision_use_head",
    };

    /// <summary>The values that a key may have, as JSON; null where the key is not of that kind.</summary>
    public static IReadOnlyList<string>? Allowed(string key) => Fixed.GetValueOrDefault(key);

    /// <summary>Whether a key is without effect on an answer, or read elsewhere.</summary>
    public static bool IsHarmless(string key) => Read.Contains(key) || Harmless.Contains(key);

    private static string[] Texts(params string[] values) => [.. values.Select(value => $"\"{value}\"")];
}
