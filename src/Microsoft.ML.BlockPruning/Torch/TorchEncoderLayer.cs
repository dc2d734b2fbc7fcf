using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Networks.Families;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>timm's <c>blocks.i</c>: pre-norm attention and MLP, each added to the residual stream [batch, tokens, embedDim].</summary>
internal sealed class TorchEncoderLayer : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "norm1")]
    private readonly LayerNorm _norm1;

    [ComponentName(Name = "attn")]
    private readonly TorchAttention _attention;

    [ComponentName(Name = "norm2")]
    private readonly LayerNorm _norm2;

    [ComponentName(Name = "mlp")]
    private readonly TorchMlp _mlp;

    public TorchEncoderLayer(ViTConfig config)
        : base(nameof(TorchEncoderLayer))
    {
        _norm1 = nn.LayerNorm(config.EmbedDim, config.LayerNormEps);
        _attention = new TorchAttention(config);
        _norm2 = nn.LayerNorm(config.EmbedDim, config.LayerNormEps);
        _mlp = new TorchMlp(config);
        RegisterComponents();
    }

    public LayerNorm Norm1 => _norm1;

    public TorchAttention Attention => _attention;

    public LayerNorm Norm2 => _norm2;

    public TorchMlp Mlp => _mlp;

    /// <summary>Attention, then MLP; their linear layers in the order of <see cref="EncoderLayerWeights.Linears"/>.</summary>
    public IReadOnlyList<ResidualBranch> Branches =>
    [
        new ResidualBranch(_norm1, _attention.Qkv, _attention.Attend, _attention.Proj),
        new ResidualBranch(_norm2, _mlp.Fc1, nn.functional.gelu, _mlp.Fc2),
    ];

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var x = input.Plus(_attention.forward(TorchDevice.Current.Forward(_norm1, input)));
        return x.Plus(_mlp.forward(TorchDevice.Current.Forward(_norm2, x))).MoveToOuterDisposeScope();
    }
}
