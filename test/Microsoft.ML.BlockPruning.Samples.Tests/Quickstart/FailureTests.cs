using System.Reflection;
using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Samples.Tests.Quickstart;

[TestClass]
public sealed class FailureTests
{
    [TestMethod]
    public void Explain_LeavesOutWhatOnlyAProgrammerReads() =>
        Assert.AreEqual(
            "Error: keep is too small.", Failure.Explain(new ArgumentOutOfRangeException("keep", -1.5, "keep is too small.")));

    [TestMethod]
    public void Explain_LooksBelowAWrapper() =>
        Assert.AreEqual(
            "Error: no file", Failure.Explain(new TargetInvocationException(new AggregateException(new IOException("no file")))));

    [TestMethod]
    public void Explain_TellsACancelFromAnError() =>
        Assert.AreEqual("Cancelled; nothing was left half-written.", Failure.Explain(new TaskCanceledException()));

    [TestMethod]
    public void Explain_TellsOfAValueThatIsNotFinite() =>
        Assert.AreEqual("Error: 'head.weight' holds NaN", Failure.Explain(new ArithmeticException("'head.weight' holds NaN")));

    [TestMethod]
#pragma warning disable CA2201 // it is what TorchSharp throws
    public void Explain_TellsOfLibtorchWithoutItsStack() =>
        Assert.AreEqual(
            "Error: libtorch failed: not enough memory: you tried to allocate 9 bytes.",
            Failure.Explain(new ExternalException("not enough memory: you tried to allocate 9 bytes.\nraised from alloc_cpu\nframe #0")));
#pragma warning restore CA2201

    [TestMethod]
    public void Explain_LeavesAFaultOfTheProgramAlone() => Assert.IsNull(Failure.Explain(new InvalidCastException("bug")));
}
