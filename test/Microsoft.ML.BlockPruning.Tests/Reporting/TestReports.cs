using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Runs.Reports;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Tests.Reporting;

/// <summary>A report with a value of its own in every field.</summary>
internal static class TestReports
{
    public static PruneReport Create(bool isComplete = true) => new()
    {
        Settings = new ReportSettings
        {
            Network = "deit|small.safetensors",
            Criterion = "ObsPath",
            Allocation = "Global",
            Refit = "Reconstruction",
            Shots = 1,
            Block = new BlockShape(16, 32),
            WeightFormat = NumberFormat.BFloat16,
            Budget = "0.5 of the multiply-adds",
            Seed = -7,
            CalibrationImages = 256,
            Threads = 2,
            Kernel = "portable",
            EnergyModel = "4.6 pJ per multiply-add, 160 pJ per byte",
            LibraryVersion = "0.1.0",
            TorchSharpVersion = "0.107.0.0",
            Runtime = ".NET 10",
            Machine = "Linux, X64",
        },
        Network = new NetworkReport
        {
            KeptBlocks = 30,
            TotalBlocks = 72,
            PredictedDistortion = 0.0123,
            Dense = Cost(4_600_000_000, 88_000_000, 35_241.5, isComplete ? 21.25 : null),
            Pruned = Cost(2_300_000_000, 44_000_000, 17_620.25, isComplete ? 12.5 : null),
            HeldOut = !isComplete ? null : new HeldOutReport
            {
                Images = 64,
                Origin = "set aside from the calibration images",
                Top1Agreement = 0.953125,
                KlDivergence = 0.0456,
                DenseTop1 = 0.8,
                PrunedTop1 = 0.79,
            },
        },
        Classes =
        [
            new ClassReport { Index = 0, Name = "dog", Label = "Dog", Slot = 1 },
            new ClassReport { Index = 1, Name = "crane (1)", Slot = 0 },
        ],
        Preprocessing =
        [
            Step("input", "224x224 pixels, 3 channels (RGB)", "the network's tensors"),
            Step("resize", "shortest side to 248 pixels", "the default, config.json has no crop_pct"),
            Step("mean", "0.485, 0.456, 0.406", "config.json, mean"),
        ],
        Layers =
        [
            Layer("blocks.0.attn.qkv", 23, 0.0001234, 0.25, isComplete),
            Layer("blocks.0.attn.proj", 0, 12.3456, 1, isComplete),
            Layer("blocks.0.mlp.fc1", 24, 0, null, isComplete),
        ],
        Stages = [new StageReport { Name = "Calibrating", Seconds = 12.34 }, new StageReport { Name = "Refitting", Seconds = 1234.5 }],
        Notes = ["one | two", "three\nfour"],
    };

    private static PreprocessingReport Step(string name, string value, string origin) =>
        new() { Name = name, Value = value, Origin = origin };

    private static LayerReport Layer(string name, int kept, double predicted, double? measured, bool isComplete) => new()
    {
        Name = name,
        OutFeatures = 1152,
        InFeatures = 384,
        Block = new BlockShape(144, 128),
        KeptBlocks = kept,
        TotalBlocks = 24,
        PredictedDistortion = predicted,
        MeasuredDistortion = measured,
        Dense = Cost(87_146_496, 1_769_472, 683.9, isComplete ? 0.75 : null),
        Pruned = Cost(43_573_248, 884_800, 341.9, isComplete ? 0.5 : null),
    };

    private static CostReport Cost(long multiplyAdds, long bytes, double microjoules, double? milliseconds) => new()
    {
        MultiplyAdds = multiplyAdds,
        WeightBytes = bytes,
        EnergyMicrojoules = microjoules,
        Milliseconds = milliseconds,
    };
}
