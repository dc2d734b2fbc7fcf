using Microsoft.ML.BlockPruning.Measurement.Energy;

namespace Microsoft.ML.BlockPruning.Tests.Measurement.Energy;

/// <summary>NVML with one GPU, whose counter and whose errors are what a test says.</summary>
internal sealed class FakeNvml : INvml
{
    public const int NotSupported = 3;
    public const int GpuIsLost = 15;

    /// <summary>Statuses of the calls by name; 0 where none is given.</summary>
    public Dictionary<string, int> Statuses { get; } = [];

    public Func<ulong> Millijoules { get; set; } = () => 0;

    /// <summary>Starts that nobody has stopped.</summary>
    public int Running { get; private set; }

    public int Start()
    {
        int status = StatusOf(nameof(Start));
        Running += status == 0 ? 1 : 0;
        return status;
    }

    public int FindDevice(int index, out nint device)
    {
        device = index + 7;
        return index == 0 ? StatusOf(nameof(FindDevice)) : 2; // invalid argument
    }

    public int ReadMillijoules(nint device, out ulong millijoules)
    {
        Assert.AreEqual((nint)7, device);
        Assert.AreEqual(1, Running, "read while stopped");
        millijoules = Millijoules();
        return StatusOf(nameof(ReadMillijoules));
    }

    public string Describe(int status) => status == GpuIsLost ? "GPU is lost (15)" : $"status {status}";

    public void Stop() => Running--;

    private int StatusOf(string call) => Statuses.GetValueOrDefault(call);
}
