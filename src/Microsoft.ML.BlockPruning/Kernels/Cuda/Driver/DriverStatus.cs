namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>The driver's numbers for errors (<c>CUresult</c>) that a user can do something about.</summary>
internal static class DriverStatus
{
    public const int OutOfMemory = 2;
    public const int InvalidPtx = 218;
    public const int UnsupportedPtx = 222;
    public const int NotFound = 500;
    public const int IllegalAddress = 700;

    /// <summary>What a user can do about an error.</summary>
    public static string NextStep(int status) => status switch
    {
        OutOfMemory => "Use smaller batches, free memory on the device (nvidia-smi shows who has it) or run on the CPU.",
        3 or 100 => "Check with nvidia-smi that the driver runs and sees a GPU, or run on the CPU.",
        101 => "Choose one of the devices that nvidia-smi lists.",
        InvalidPtx or UnsupportedPtx => "The driver is too old for the kernels (PTX 7.1, CUDA 11.1): update it.",
        214 or IllegalAddress or 714 or 715 or 716 or 719 or 999 =>
            "The device is lost to this process: start it anew, and report it if that recurs.",
        803 => "Driver and kernel module differ: restart the machine.",
        _ => "Report it with this message, or run on the CPU.",
    };
}
