namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>The rooms of the library in their one order, and whom each may know: rooms before it, and no other.</summary>
/// <remarks>In a row "A" is the room A alone, "A.*" is A and all rooms inside it, "root:A" the type A of the root.</remarks>
internal static class RoomMap
{
    /// <summary>Public types of the root that every room may know, so that users need one using.</summary>
    public static readonly string[] Vocabulary =
        ["PruneCriterion", "PruneAllocation", "PruneRefit", "PruneBasis", "CalibrationLabels", "ClassNameOrder", "ScoringDevice"];

    public static readonly string[] MayUseTorchSharp = ["Torch", "Calibration.*", "Optimization", "FineTuning", "Pruning.*"];

    public static readonly string[] MayUseMlNet = ["MlNet.*", ""];

    /// <summary>Imaging reads pixels out of ML.NET's image type and needs nothing else of ML.NET.</summary>
    public static readonly string[] ImageTypes = ["Microsoft.ML.Data.MLImage", "Microsoft.ML.Data.MLPixelFormat"];

    public static readonly (string Room, string[] MayKnow)[] Rows =
    [
        ("Files", []),
        ("Formats", []),
        ("Networks", ["Formats"]),
        ("Networks.Families", ["Networks"]),
        ("Networks.Names", []),
        ("Sparsity", ["Formats"]),
        ("Imaging", ["Files"]),

        ("Checkpoints.Containers", ["Files", "Formats"]),
        ("Checkpoints.Containers.Safetensors", ["Files", "Formats", "Checkpoints.Containers"]),
        ("Checkpoints.Containers.Zip", []),
        ("Checkpoints.Containers.Pickles", []),
        ("Checkpoints.Containers.PyTorch", ["Files", "Formats", "Checkpoints.Containers", "Checkpoints.Containers.Zip",
            "Checkpoints.Containers.Pickles"]),
        ("Checkpoints.Containers.Sharded", ["Files", "Checkpoints.Containers"]),
        ("Checkpoints.KeyMaps", ["Checkpoints.Containers"]),
        ("Checkpoints.Unwrapping", ["Checkpoints.Containers"]),
        ("Checkpoints.Configuration", ["Files", "Imaging"]),
        ("Checkpoints.Families", ["Networks", "Networks.Families", "Imaging", "Checkpoints.Containers", "Checkpoints.KeyMaps",
            "Checkpoints.Configuration"]),
        ("Checkpoints", ["Files", "Networks", "Networks.Families", "Imaging", "Checkpoints.*"]),

        ("Kernels.Cpu.Isa", ["Formats"]),
        ("Kernels.Cpu.Layout", ["Formats", "Sparsity"]),
        ("Kernels.Cpu.Threads", []),
        ("Kernels.Cpu.Norm", ["Formats", "Kernels.Cpu.Isa", "Kernels.Cpu.Layout", "Kernels.Cpu.Threads"]),
        ("Kernels.Cpu.Linear", ["Formats", "Sparsity", "Kernels.Cpu.Isa", "Kernels.Cpu.Layout", "Kernels.Cpu.Threads", "Kernels.Cpu.Norm"]),
        ("Kernels.Cpu.MachineCode", []),
        ("Kernels.Cpu.Attention", ["Formats", "Kernels.Cpu.Isa", "Kernels.Cpu.Layout", "Kernels.Cpu.Threads",
            "Kernels.Cpu.MachineCode"]),
        ("Kernels.Cpu.Dot", ["Formats", "Sparsity", "Kernels.Cpu.Isa", "Kernels.Cpu.Layout", "Kernels.Cpu.Linear",
            "Kernels.Cpu.MachineCode"]),
        ("Kernels.Cpu", ["Formats", "Kernels.Cpu.*"]),
        ("Kernels.Cuda.Driver", []),
        ("Kernels.Cuda", ["Formats", "Sparsity", "Kernels.Cuda.Driver"]),

        // Checkpoints: the file of a pruned network is safetensors, and says a ViT's figures as a checkpoint does.
        ("Models", ["Formats", "Networks", "Networks.Families", "Sparsity", "Imaging", "Checkpoints.*"]),
        ("Onnx", ["Networks", "Sparsity", "Models", "Imaging"]),
        ("Inference", ["Networks", "Models"]),
        ("Inference.Cpu", ["Formats", "Networks", "Sparsity", "Kernels.Cpu.*", "Models", "Inference"]),
        ("Inference.Cuda", ["Formats", "Networks", "Sparsity", "Kernels.Cuda.*", "Models", "Inference"]),
        ("Measurement", ["Formats", "Networks", "Sparsity", "Kernels.Cpu.*", "Models", "Inference", "Inference.Cpu"]),
        ("Measurement.Energy", ["Formats", "Sparsity", "Kernels.Cpu.*", "Kernels.Cuda.*", "Measurement"]),
        ("Measurement.GpuCheck", ["Formats", "Networks", "Networks.Families", "Sparsity", "Imaging", "Kernels.Cuda.*", "Models",
            "Inference", "Inference.Cpu", "Inference.Cuda"]),

        ("Torch", ["Files", "Networks"]),
        ("Calibration", ["Networks", "Sparsity", "Torch"]),
        ("Calibration.Observers", ["Networks", "Sparsity", "Torch", "Calibration"]),
        ("Optimization", ["Networks", "Sparsity", "Torch"]),
        ("FineTuning", ["Files", "Networks", "Sparsity", "Checkpoints.*", "Torch", "Calibration", "Optimization"]),
        ("Pruning.Work", ["Networks", "Sparsity", "Calibration"]),
        ("Pruning.Budgets", ["Formats", "Networks", "Sparsity", "Calibration"]),
        ("Pruning.Bases", ["Networks", "Sparsity", "Torch", "Calibration"]),
        ("Pruning.Criteria", ["Networks", "Sparsity", "Torch", "Calibration.*"]),
        ("Pruning.GateGradients", ["Networks", "Sparsity", "Torch", "Calibration.*", "Pruning.Criteria"]),
        ("Pruning.Allocation", ["Networks", "Sparsity", "Torch", "Calibration.*", "Pruning.Work", "Pruning.Budgets", "Pruning.Criteria",
            "Pruning.GateGradients"]),
        ("Pruning.Refit", ["Networks", "Sparsity", "Torch", "Calibration.*", "Pruning.Work"]),
        ("Pruning.Refit.Reconstruction", ["Networks", "Sparsity", "Torch", "Calibration", "Optimization", "Pruning.Work",
            "Pruning.Refit"]),
        ("Pruning.Curves", ["Networks", "Sparsity", "Torch", "Calibration", "Pruning.Work", "Pruning.Budgets", "Pruning.Criteria",
            "Pruning.Allocation", "Pruning.Refit"]),
        ("Pruning", ["Networks", "Sparsity", "Torch", "Calibration", "Pruning.*"]),

        ("Runs.Reports", ["Formats", "Sparsity", "Calibration", "Pruning.Budgets"]),
        ("Runs.Resuming", ["Files", "Networks", "Sparsity", "Checkpoints.*", "Calibration", "Pruning.*"]),
        ("Runs", ["Formats", "Networks", "Sparsity", "Imaging", "Checkpoints.*", "Kernels.Cpu", "Models", "Inference", "Inference.Cpu",
            "Measurement", "Torch", "Calibration", "FineTuning", "Pruning.*", "Runs.Reports", "Runs.Resuming"]),
        ("Sweeps", ["Formats", "Sparsity", "Pruning.*", "Runs.Reports"]),
        ("Sweeps.Journal", ["Files", "Formats", "Networks", "Sparsity", "Calibration", "FineTuning", "Pruning.*", "Runs", "Sweeps"]),
        ("Sweeps.Tuners", ["Sparsity", "Sweeps"]),
        ("Sweeps.Stopping", ["Sparsity", "Sweeps"]),
        ("Sweeps.Executors", ["Formats", "Networks", "Sparsity", "Imaging", "Kernels.Cpu", "Models", "Inference.Cpu", "Measurement",
            "Calibration", "FineTuning", "Pruning.*", "Runs.*", "Sweeps", "Sweeps.Journal"]),
        ("Sweeps.Children", ["Files", "Formats", "Networks", "Sparsity", "Imaging", "Checkpoints.*", "Models", "Inference", "Calibration",
            "FineTuning", "Pruning.*", "Runs.*", "Sweeps", "Sweeps.Journal", "Sweeps.Executors"]),
        ("Sweeps.Running", ["Formats", "Sparsity", "Models", "Pruning", "Runs.*", "Sweeps", "Sweeps.Journal", "Sweeps.Tuners",
            "Sweeps.Stopping", "Sweeps.Executors"]),
        ("Reporting.Text", ["Formats", "Sparsity", "Runs.Reports", "Sweeps"]),
        ("Reporting.Plots", ["Sparsity", "Sweeps", "Reporting.Text"]),
        ("Reporting.Pages", ["Formats", "Sparsity", "Imaging", "Runs.Reports", "Sweeps", "Reporting.Text", "Reporting.Plots"]),
        ("Reporting", ["Runs.Reports", "Sweeps", "Reporting.*"]),

        ("MlNet.Interop", ["Onnx"]),
        ("MlNet.Progress", ["Pruning", "Pruning.Work", "Runs", "MlNet.Interop"]),
        ("MlNet.Columns", ["Networks.*", "Imaging", "Checkpoints.*", "Calibration", "Runs.*", "Reporting.Text", "MlNet.Interop",
            "MlNet.Progress"]),
        ("MlNet.Scoring", ["Formats", "Networks", "Imaging", "Checkpoints", "Kernels.*", "Models", "Onnx", "Inference.*", "Torch",
            "Calibration", "Pruning", "Pruning.Work", "Runs.*", "MlNet.Interop", "MlNet.Progress", "MlNet.Columns"]),
        ("MlNet.Saving", ["Files", "Imaging", "Models", "Runs.Reports", "MlNet.Interop", "MlNet.Scoring"]),
        ("MlNet.Sweeping", ["Networks", "Imaging", "Kernels.*", "Models", "Torch", "Calibration", "Pruning.*", "Runs.*", "Sweeps.*",
            "MlNet.Interop", "MlNet.Progress", "MlNet.Columns", "MlNet.Scoring"]),

        // It stands above the face: a host around what every application calls, and of ML.NET it knows nothing.
        ("Hosting", ["Files", "Formats", "Networks", "Inference", "Reporting.Text", "root:PrunedModel", "root:PrunedModelOptions",
            "root:PrunedPrediction"]),
    ];
}
