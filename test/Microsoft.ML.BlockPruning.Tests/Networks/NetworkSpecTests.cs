using Microsoft.ML.BlockPruning.Networks;

namespace Microsoft.ML.BlockPruning.Tests.Networks;

[TestClass]
public sealed class NetworkSpecTests
{
    [TestMethod]
    [DataRow("narrow", "is a name inside another part's", DisplayName = "part inside another")]
    [DataRow("classes.weight.values", "is a name inside another part's", DisplayName = "name of a block-sparse tensor")]
    [DataRow("a..b", "is no path of names", DisplayName = "empty name")]
    [DataRow(".position", "is no path of names", DisplayName = "begins with a dot")]
    [DataRow("__metadata__", "is no path of names", DisplayName = "safetensors' own word")]
    [DataRow("classes", "is the name of two parts", DisplayName = "twice")]
    public void Spec_WithANameThatCannotBe_IsRefused(string position, string says)
    {
        var stem = ToyFamily.Spec.Stem with { Position = position };

        var error = Assert.ThrowsExactly<ArgumentException>(() => With(stem, ToyFamily.Spec.Steps));

        Assert.Contains(says, error.Message);
    }

    [TestMethod]
    public void Spec_WithoutSteps_IsRefused() =>
        Assert.Contains("has no steps", Assert.ThrowsExactly<ArgumentException>(() => With(ToyFamily.Spec.Stem, [])).Message);

    private static NetworkSpec With(StemSpec stem, IReadOnlyList<StepSpec> steps)
    {
        var toy = ToyFamily.Spec;
        return new NetworkSpec(toy.Family, toy.ImageSize, toy.Channels, stem, steps, toy.Norm, toy.Heads);
    }
}
