using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Interop;

[TestClass]
public sealed class MlNetHostTests
{
    [TestMethod]
    public void EnvironmentOf_IsWhatTheContextLogsThrough()
    {
        var ml = new MLContext();
        var log = new List<string>();
        ml.Log += (_, e) => log.Add(e.Message);

        using (var channel = MlNetHost.EnvironmentOf(ml.Transforms).Start("test"))
        {
            channel.Info(MessageSensitivity.None, "hello");
        }

        Assert.IsTrue(log.Exists(line => line.Contains("hello", StringComparison.Ordinal)));
    }

    [TestMethod]
    public void SeedOf_IsTheContextsSeed() =>
        Assert.AreEqual(42, MlNetHost.SeedOf(((IHostEnvironment)new MLContext(seed: 42)).Register("test")));

    [TestMethod]
    public void ThrowIfCancelled_SeesACancellationAfterRegistration()
    {
        var ml = new MLContext();
        var host = ((IHostEnvironment)ml).Register("test");
        MlNetHost.ThrowIfCancelled(host);

        MlNetCancellation.Cancel(ml);

        Assert.ThrowsExactly<OperationCanceledException>(() => MlNetHost.ThrowIfCancelled(host));
    }
}
