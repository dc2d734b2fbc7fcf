using Microsoft.ML.BlockPruning.Networks.Families;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>timm's <c>patch_embed</c>: one convolution whose stride is its size.</summary>
internal sealed class TorchPatchEmbedding : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "proj")]
    private readonly Conv2d _proj;

    public TorchPatchEmbedding(ViTConfig config)
        : base(nameof(TorchPatchEmbedding))
    {
        _proj = nn.Conv2d(config.Channels, config.EmbedDim, config.PatchSize, stride: config.PatchSize);
        RegisterComponents();
    }

    /// <summary>[batch, channels, height, width] → [batch, patches, embedDim].</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return TorchDevice.Current.Forward(_proj, input).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
    }
}
