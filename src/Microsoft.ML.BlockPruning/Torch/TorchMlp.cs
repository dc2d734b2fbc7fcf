using Microsoft.ML.BlockPruning.Networks.Families;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>timm's <c>mlp</c>: fc2(GELU(fc1 x)) with the exact (erf) GELU.</summary>
internal sealed class TorchMlp : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "fc1")]
    private readonly Linear _fc1;

    [ComponentName(Name = "fc2")]
    private readonly Linear _fc2;

    public TorchMlp(ViTConfig config)
        : base(nameof(TorchMlp))
    {
        _fc1 = nn.Linear(config.EmbedDim, config.MlpDim);
        _fc2 = nn.Linear(config.MlpDim, config.EmbedDim);
        RegisterComponents();
    }

    public Linear Fc1 => _fc1;

    public Linear Fc2 => _fc2;

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _fc2.call(nn.functional.gelu(_fc1.call(input))).MoveToOuterDisposeScope();
    }
}
