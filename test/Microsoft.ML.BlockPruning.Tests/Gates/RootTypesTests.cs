using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>The root of the library is its face: what its users see, and nothing else.</summary>
[TestClass]
public sealed class RootTypesTests
{
    [TestMethod]
    public void Root_HoldsPublicTypesAlone()
    {
        var hidden = typeof(BlockPruneEstimator).Assembly.GetTypes()
            .Where(type => type.Namespace == typeof(BlockPruneEstimator).Namespace && !type.IsNested && !type.IsPublic)
            .Where(type => type.GetCustomAttributes(typeof(CompilerGeneratedAttribute), inherit: false).Length == 0)
            .Select(type => type.Name);

        Assert.AreEqual("", string.Join(", ", hidden), "Move it into the room that owns it.");
    }
}
