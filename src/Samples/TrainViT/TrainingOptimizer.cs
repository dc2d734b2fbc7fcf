using Microsoft.ML.BlockPruning.Torch;
using TorchSharp;
using TorchSharp.Modules;

namespace TrainViT;

/// <summary><see cref="Muon"/> for the matrices of the encoder, AdamW for everything else, under one learning rate.</summary>
internal sealed class TrainingOptimizer : IDisposable
{
    private readonly AdamW _adamW;
    private readonly Muon _muon;

    public TrainingOptimizer(TorchNetwork network, TrainingOptions options)
    {
        var parameters = network.Module.named_parameters().ToLookup(p => IsEncoderMatrix(p.name));
        _muon = new Muon(
            parameters[true].Select(p => (p.parameter, p.name.Contains("qkv", StringComparison.Ordinal) ? 3 : 1)),
            options.WeightDecay,
            options.Precision == Precision.BFloat16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32);

        // As in timm: no decay on biases, norms and tokens.
        var rest = parameters[false].ToLookup(p => IsMatrix(p.name), p => p.parameter);
        _adamW = torch.optim.AdamW(
            new AdamW.ParamGroup[]
            {
                new(rest[true], new AdamW.Options { weight_decay = options.WeightDecay }),
                new(rest[false], new AdamW.Options { weight_decay = 0 }),
            },
            options.LearningRate);
    }

    public void Step(double rate)
    {
        foreach (var group in _adamW.ParamGroups)
        {
            group.LearningRate = rate;
        }

        _adamW.step();
        _muon.Step(rate);
    }

    /// <summary>Writes two files that begin with <paramref name="path"/>.</summary>
    public void Save(string path)
    {
        _adamW.save_state_dict($"{path}.adamw");
        _muon.Save($"{path}.muon");
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    public void Load(string path)
    {
        _adamW.load_state_dict($"{path}.adamw");
        _muon.Load($"{path}.muon");
    }

    public void Dispose()
    {
        _muon.Dispose();
        _adamW.Dispose();
    }

    private static bool IsEncoderMatrix(string name) => name.StartsWith("blocks.", StringComparison.Ordinal) && IsMatrix(name);

    private static bool IsMatrix(string name) =>
        name.EndsWith(".weight", StringComparison.Ordinal) && !name.Contains("norm", StringComparison.Ordinal);
}
