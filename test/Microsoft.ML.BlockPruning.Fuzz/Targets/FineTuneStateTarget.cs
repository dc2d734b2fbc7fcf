using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>The state of a fine-tuning, from which it goes on.</summary>
internal sealed class FineTuneStateTarget : IFuzzTarget
{
    private const int Images = 4;
    private readonly ScratchFile _file = new("state.safetensors");

    public string Name => "finetune-state";

    /// <summary>ArithmeticException: with weights as large as the state's the loss is not finite.</summary>
    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException), typeof(ArithmeticException)];

    public IReadOnlyList<IMutator> Mutators { get; } =
        [new SafetensorsHeaderEdit(), new SafetensorsHeaderText(), new SafetensorsValueEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    /// <summary>A state of today, and the same without its checksum, so that changes come further.</summary>
    public IEnumerable<byte[]> Seeds()
    {
        File.Delete(_file.FilePath);
        Run();
        byte[] state = File.ReadAllBytes(_file.FilePath);
        return [state, SafetensorsParts.Of(state)!.WithMetadata(key => key != SafetensorsChecksum.Key).ToBytes()];
    }

    public void Read(byte[] content)
    {
        _file.With(content);
        Run();
        Sound.Must("go on a second time", Run);
    }

    // Two epochs of one step: a finished state has nothing to train.
    private void Run()
    {
        LibTorch.EnsureLoaded();
        var config = TinyNetwork.Config();
        var dense = TinyNetwork.Weights(config);
        var random = new Random(2);
        float[] images = [.. Enumerable.Range(0, Images * config.ImageDim).Select(_ => random.NextSingle() - 0.5f)];
        var options = new FineTuneOptions { Epochs = 2, BatchSize = Images, Seed = 7, CheckpointPath = _file.FilePath };
        new FineTuner(options).Run(
            dense, dense.Clone(), TinyNetwork.Plan(config), new CalibrationSet(dense.Spec, images, Images), validation: null, _ => { });
    }
}
