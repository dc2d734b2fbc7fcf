using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A <c>config.json</c> beside a good checkpoint.</summary>
internal sealed class ConfigTarget : IFuzzTarget
{
    private const string Timm = """
        {"architecture": "vit_tiny_patch16_224", "num_classes": 3, "global_pool": "token", "model_args": {"num_heads": 2}, "pretrained_cfg":
        {"input_size": [3, 8, 8], "crop_pct": 0.9, "crop_mode": "center", "interpolation": "bicubic", "mean": [0.5, 0.5, 0.5],
        "std": [0.5, 0.5, 0.5], "num_classes": 3}, "label_names": ["bird", "cat", "dog"]}
        """;

    private const string HuggingFace = """
        {"num_attention_heads": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-6, "image_size": 8,
        "id2label": {"0": "bird", "1": "cat", "2": "dog"}}
        """;

    private readonly ScratchFile _config = new("config.json");
    private readonly Lazy<string> _model;

    public ConfigTarget() => _model = new(() =>
    {
        string path = Path.Combine(_config.Folder, "tiny.safetensors");
        ViTCheckpoint.Save(TinyNetwork.Weights(TinyNetwork.Config()), path);
        return path;
    });

    public string Name => "config";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new JsonTreeEdit(), new NumberTextEdit()];

    public IReadOnlyList<string> Cases { get; } = ["config.json"];

    public IEnumerable<byte[]> Seeds() => [Encoding.UTF8.GetBytes(Timm), Encoding.UTF8.GetBytes(HuggingFace)];

    public void Read(byte[] content)
    {
        _config.With(content);
        using var checkpoint = Checkpoint.Open(_model.Value);
        var (weights, pixels) = (checkpoint.ReadWeights(), checkpoint.Preprocessing);
        var network = Models.SparseViT.Create(weights, TinyNetwork.Plan(weights.Spec), pixels, TinyNetwork.Labels);
        using var stream = new MemoryStream();
        network.Save(stream);
        NetworkTarget.Use(stream.ToArray());
    }
}
