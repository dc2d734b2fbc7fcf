using Microsoft.ML.BlockPruning.Networks.Families;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>timm's <c>attn</c>: fused qkv, softmax(q kᵀ / √headDim) v, output projection.</summary>
internal sealed class TorchAttention : nn.Module<Tensor, Tensor>
{
    private readonly ViTConfig _config;

    [ComponentName(Name = "qkv")]
    private readonly Linear _qkv;

    [ComponentName(Name = "proj")]
    private readonly Linear _proj;

    public TorchAttention(ViTConfig config)
        : base(nameof(TorchAttention))
    {
        _config = config;
        _qkv = nn.Linear(config.EmbedDim, 3 * config.EmbedDim);
        _proj = nn.Linear(config.EmbedDim, config.EmbedDim);
        RegisterComponents();
    }

    public Linear Qkv => _qkv;

    public Linear Proj => _proj;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _proj.call(Attend(_qkv.call(input))).MoveToOuterDisposeScope();
    }

    /// <summary>[batch, tokens, 3 · embedDim] → [batch, tokens, embedDim]: what <c>proj</c> reads.</summary>
    internal Tensor Attend(Tensor qkv)
    {
        using var scope = NewDisposeScope();
        long batch = qkv.shape[0];
        long tokens = qkv.shape[1];
        var parts = qkv.reshape(batch, tokens, 3, _config.NumHeads, _config.HeadDim).permute(2, 0, 3, 1, 4).contiguous();
        var query = parts.select(0, 0).Times(1 / Math.Sqrt(_config.HeadDim));

        // Two products and a softmax: libtorch's fused attention has a backward pass on the CPU that is several times as slow.
        var weights = nn.functional.softmax(query.matmul(parts.select(0, 1).transpose(-2, -1)), -1);
        return weights.matmul(parts.select(0, 2)).transpose(1, 2).reshape(batch, tokens, _config.EmbedDim).MoveToOuterDisposeScope();
    }
}
