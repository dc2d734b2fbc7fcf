using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Sparsity;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>The state of a fine-tuning, as it is saved at the end of an epoch.</summary>
internal sealed class StateCase : SaveCase
{
    public const string Is = "fine-tune state";

    private readonly List<FineTuneSession> _sessions = [];

    public StateCase()
        : base(Is, "state.safetensors")
    {
        LibTorch.EnsureLoaded();
        for (int version = 0; version < Versions; version++)
        {
            var weights = SaveNetworks.Weights(version);
            var images = new CalibrationSet(weights.Spec, new float[weights.Spec.ImageDim], count: 1);
            var batches = new TrainingBatches(images, 1, 1, new FlipAndShift(weights.Spec.ImageSize, false, 0), seed: 1);
            _sessions.Add(new FineTuneSession(weights, weights, new SparsityPlan(), batches, new FineTuneOptions { Epochs = 1 }));
        }
    }

    public override void Write(string path, int version) =>
        new FineTuneState(path, _sessions[version], new SortedDictionary<string, string> { ["version"] = $"{version}" }).Save();

    public override void Dispose() => _sessions.ForEach(session => session.Dispose());

    protected override void Parse(string path)
    {
        FineTuneState.Check(path);
        using var file = SafetensorsFile.Open(path);
    }
}
