namespace Microsoft.ML.BlockPruning.Checkpoints.Configuration;

/// <summary>The keys of a <c>preprocessor_config.json</c>: a table, so that none is passed over in silence.</summary>
internal static class PreprocessorKeys
{
    // Where one of them is true, or a number, another image comes out than from the steps that are known here.
    private static readonly HashSet<string> Refused = new(StringComparer.Ordinal)
    {
        "do_pad", "do_flip_channel_order", "do_grayscale", "do_thumbnail", "do_align_long_axis", "do_random_crop", "do_image_splitting",
        "do_color_quantize", "do_crop_margin", "do_rotate_image", "do_center_pad", "rescale_offset", "offset", "size_divisor", "pad_size",
    };

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        // read
        "size", "crop_size", "do_resize", "do_center_crop", "resample", "do_rescale", "rescale_factor", "do_normalize", "image_mean",
        "image_std", "image_processor_type", "feature_extractor_type", "crop_pct", "default_to_square", "data_config", "pretrained_cfg",

        // without effect on the pixels of one image
        "do_convert_rgb", "data_format", "input_data_format", "device", "return_tensors", "disable_grouping", "processor_class",
        "_processor_class", "_valid_processor_keys", "do_reduce_labels", "reduce_labels", "auto_map", "architecture",
        "transformers_version", "label_names", "num_classes", "num_features", "global_pool", "model_args",
    };

    /// <summary>Whether a key changes the pixels in a way that is not computed here, unless it is false.</summary>
    public static bool IsRefused(string key) => Refused.Contains(key);

    /// <summary>Whether a key is read, or without effect.</summary>
    public static bool IsKnown(string key) => Known.Contains(key);
}
