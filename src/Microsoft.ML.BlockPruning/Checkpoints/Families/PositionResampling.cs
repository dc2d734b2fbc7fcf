namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>By whose rule a position table becomes one for images of another size; all three are bicubic.</summary>
internal enum PositionResampling
{
    /// <summary>timm, and Hugging Face's DINOv2 with registers: a = −0.5, and shrinking widens the filter, as Pillow's does.</summary>
    Antialiased,

    /// <summary>Hugging Face's ViT, DeiT, DINOv2 and Swin: a = −0.75, four rows whatever the scale, the border repeated.</summary>
    Plain,

    /// <summary>facebookresearch's DINOv2: <see cref="Plain"/>, at the scale (new + 0.1) / old.</summary>
    Offset,
}
