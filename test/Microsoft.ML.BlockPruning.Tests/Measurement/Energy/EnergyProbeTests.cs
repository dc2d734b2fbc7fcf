using Microsoft.ML.BlockPruning.Measurement.Energy;

namespace Microsoft.ML.BlockPruning.Tests.Measurement.Energy;

[TestClass]
public sealed class EnergyProbeTests
{
    private readonly SimulatedMachine _machine = new(idleWatts: 20);

    [TestMethod]
    public void PicojoulesPerUnit_IsWhatAUnitTakesBesidesTheIdleMachine()
    {
        var probe = Probe();
        double idle = probe.IdleWatts();
        int runs = 0;

        // 3e9 units of 4 pJ in 7 ms
        double? picojoules = probe.PicojoulesPerUnit(
            new EnergyWorkload(3e9, () => _machine.Work(TimeSpan.FromMilliseconds(7), 0.012)), idle, () => runs++);

        Assert.AreEqual(20, idle, 1e-9);
        Assert.AreEqual(4, picojoules!.Value, 1e-9);
        Assert.AreEqual(143, runs); // a second and what the last run takes beyond it
    }

    [TestMethod]
    public void PicojoulesPerUnit_IsNullWhereTheCounterDoesNotSeeTheWork()
    {
        var probe = Probe();

        Assert.IsNull(probe.PicojoulesPerUnit(
            new EnergyWorkload(3e9, () => _machine.Work(TimeSpan.FromMilliseconds(7), 0)), probe.IdleWatts() + 1e-6, () => { }));
    }

    [TestMethod]
    public void Measure_OnACounterThatStandsStill_IsNull() =>
        Assert.IsNull(EnergyMeasurement.MeasureProcessor(_machine, threads: 2, CancellationToken.None));

    [TestMethod]
    public void Measure_EndsWhenCancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsExactly<OperationCanceledException>(() => EnergyMeasurement.MeasureProcessor(_machine, threads: 2, cancelled.Token));
    }

    [TestMethod]
    public void TryMeasure_RefusesNoThreads() =>
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => EnergyMeasurement.TryMeasure(numberOfThreads: 0));

    private EnergyProbe Probe() => new(_machine, _machine, rest => _machine.Work(rest, 0), TimeSpan.FromSeconds(1));
}
