using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Tests.Inference.Cuda;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Scoring;

/// <summary>Which device is chosen on which machine, as a table; what a session then does is tested with the sessions.</summary>
[TestClass]
public sealed class DeviceChoiceTests
{
    private const string None = "none";

    // Requested device, the context's GPU, the machine's GPUs ("none": no driver) by compute capability
    // -> the GPU, or CPU as refusal or not.
    [TestMethod]
    [DataRow(null, null, "80", "cpu", DisplayName = "nothing asked for")]
    [DataRow(null, 1, "80 90", "1", DisplayName = "MLContext.GpuDeviceId")]
    [DataRow(null, 0, None, "refused", DisplayName = "MLContext.GpuDeviceId without a driver")]
    [DataRow("cpu", 0, "80", "cpu", DisplayName = "the CPU, over MLContext.GpuDeviceId")]
    [DataRow("1", 0, "80 90", "1", DisplayName = "a GPU, over MLContext.GpuDeviceId")]
    [DataRow("0", null, "80", "0", DisplayName = "a GPU")]
    [DataRow("0", null, None, "refused", DisplayName = "a GPU without a driver")]
    [DataRow("0", null, "", "refused", DisplayName = "a GPU where there is none")]
    [DataRow("2", null, "80 90", "refused", DisplayName = "a GPU past the last")]
    [DataRow("0", null, "75 80", "refused", DisplayName = "a GPU that is too old")]
    [DataRow(null, -1, "80", "refused", DisplayName = "MLContext.GpuDeviceId below 0")]
    [DataRow("auto", null, "80", "0", DisplayName = "auto")]
    [DataRow("auto", null, "75 61 86", "2", DisplayName = "auto takes the first that can")]
    [DataRow("auto", null, "75", "cpu", DisplayName = "auto where none can")]
    [DataRow("auto", null, "", "cpu", DisplayName = "auto where there is none")]
    [DataRow("auto", null, None, "cpu", DisplayName = "auto without a driver")]
    [DataRow("auto", 1, "80 90", "1", DisplayName = "auto with MLContext.GpuDeviceId")]
    public void Of_Machine_IsTheTables(string? requested, int? gpuDeviceId, string machine, string expected)
    {
        var choice = DeviceChoice.Of(DeviceOf(requested), gpuDeviceId, () => DriverOf(machine));

        Assert.AreEqual(expected, choice.Refusal is not null ? "refused" : choice.Gpu is { } gpu ? $"{gpu.Index}" : "cpu");
        Assert.AreEqual(choice.Gpu is null, choice.Driver is null);
        Assert.Contains(choice.Gpu is null ? "CPU" : $"GPU {choice.Gpu.Index}", choice.Place);
    }

    [TestMethod]
    [DataRow(None, "no NVIDIA driver was found", "install one")]
    [DataRow("", "the driver has 0", "nvidia-smi")]
    [DataRow("75", "GPU 0 (Fake 75) has compute capability 7.5, the kernels need 8.0", "choose another GPU or the CPU")]
    public void Of_GpuThatCannotBeUsed_SaysWhyAndWhatToDo(string machine, string why, string nextStep)
    {
        var choice = DeviceChoice.Of(ScoringDevice.Cuda(0), gpuDeviceId: null, () => DriverOf(machine));

        Assert.Contains(why, choice.Refusal!);
        Assert.Contains(nextStep, choice.Refusal!);
    }

    [TestMethod]
    public void Of_DriverThatIsTooOld_SaysWhichItNeeds()
    {
        var choice = DeviceChoice.Of(ScoringDevice.Cuda(0), gpuDeviceId: null, () => new FakeCudaDriver { Version = 10020 });

        Assert.Contains("supports CUDA 10.2, the kernels need 11.1: update the driver", choice.Refusal!);
    }

    /// <summary>A driver that is there and does not start is a refusal where a GPU was asked for, and a reason where not.</summary>
    [TestMethod]
    public void Of_DriverThatDoesNotStart_IsItsOwnWords()
    {
        static ICudaDriver Start() => throw new CudaException("It could not start. Restart the machine.", 803);

        Assert.Contains("Restart", DeviceChoice.Of(ScoringDevice.Cuda(0), gpuDeviceId: null, Start).Refusal!);
        var auto = DeviceChoice.Of(ScoringDevice.Auto, gpuDeviceId: null, Start);
        Assert.IsNull(auto.Refusal);
        Assert.Contains("Restart", auto.Reason);
    }

    [TestMethod]
    public void Cuda_BadArguments_AreRefused()
    {
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ScoringDevice.Cuda(-1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ScoringDevice.Cuda(0, (NumberFormat)7));
        Assert.AreEqual("Cuda(1, BFloat16)", ScoringDevice.Cuda(1, NumberFormat.BFloat16).ToString());
    }

    private static ScoringDevice? DeviceOf(string? name) => name switch
    {
        null => null,
        "auto" => ScoringDevice.Auto,
        "cpu" => ScoringDevice.Cpu,
        _ => ScoringDevice.Cuda(int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)),
    };

    private static FakeCudaDriver? DriverOf(string machine) => machine == None
        ? null
        : new FakeCudaDriver
        {
            Devices =
            [
                .. machine.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select((capability, index) => FakeCudaDriver.Device(index, capability[0] - '0', capability[1] - '0')),
            ],
        };
}
