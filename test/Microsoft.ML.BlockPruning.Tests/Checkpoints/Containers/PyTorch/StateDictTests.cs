using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.PyTorch;

[TestClass]
public sealed class StateDictTests
{
    private static readonly PickledTensor Tensor =
        new(new StorageId(TorchType.OfName("float32")!, "0", 1), TorchType.OfName("float32")!, 0, [1], [1]);

    private static readonly InertValue Module = new(new GlobalName("mine.models", "Net"));

    [TestMethod]
    public void Of_TakesTheAveragedWeightsFirst_AndSaysWhatIsBesideThem()
    {
        var root = Dict(
            ("epoch", 3L), ("state_dict", Dict(("plain", Tensor))), ("state_dict_ema", Dict(("averaged", Tensor))), ("args", Module));

        var chosen = StateDict.Of(root, "'file'");

        Assert.AreEqual("averaged", chosen.Entries.Named.Single().Key);
        StringAssert.Contains(chosen.Notes.Single(), "'state_dict_ema'");
        StringAssert.Contains(chosen.Notes.Single(), "'epoch', 'state_dict', 'args' beside it are not read");
    }

    [TestMethod]
    [DataRow("model_ema")]
    [DataRow("state_dict")]
    [DataRow("model")]
    [DataRow("model_state_dict")] // a name that only the trainer knows
    [DataRow("net")]
    public void Of_FindsTheDictUnderItsKey(string key)
    {
        var root = Dict(("optimizer", Dict(("state", Dict()))), (key, Dict(("w", Tensor))));

        Assert.AreEqual("w", StateDict.Of(root, "'file'").Entries.Named.Single().Key);
    }

    [TestMethod]
    public void Of_LooksOnceMoreInside()
    {
        var root = Dict(("state_dict", Dict(("model", Dict(("w", Tensor))))));

        var chosen = StateDict.Of(root, "'file'");

        Assert.AreEqual("w", chosen.Entries.Named.Single().Key);
        StringAssert.Contains(chosen.Notes.Single(), "'state_dict.model'");
    }

    [TestMethod]
    public void Of_TakesEmaBeforeTheModelItself()
    {
        var root = Dict(("model", Dict(("plain", Tensor))), ("ema", Dict(("module", Dict(("averaged", Tensor))))));

        Assert.AreEqual("averaged", StateDict.Of(root, "'file'").Entries.Named.Single().Key);
    }

    [TestMethod]
    public void Of_ADictOfTensors_IsTheDictItself()
    {
        var chosen = StateDict.Of(Dict(("head.weight", Tensor), ("epoch", 3L)), "'file'");

        Assert.AreEqual("head.weight", chosen.Entries.Named.First().Key);
        Assert.IsEmpty(chosen.Notes);
    }

    [TestMethod]
    public void Of_WhatHoldsNone_SaysWhatItHolds()
    {
        Assert.Contains("a whole module (mine.models.Net), not a state_dict", Refused(Module));
        Assert.Contains("a whole module (mine.models.Net), not a state_dict", Refused(Dict(("epoch", 1L), ("model", Module))));
        Assert.Contains("holds no dict of tensors: found 'epoch', 'args'", Refused(Dict(("epoch", 1L), ("args", Module))));
        Assert.Contains("found nothing", Refused(Dict()));
        Assert.Contains("one value and no dict", Refused(3L));
        Assert.Contains(
            "several dicts of tensors, 'student', 'teacher'",
            Refused(Dict(("student", Dict(("w", Tensor))), ("teacher", Dict(("w", Tensor))))));
    }

    private static string Refused(object root) => Assert.ThrowsExactly<InvalidDataException>(() => StateDict.Of(root, "'file'")).Message;

    private static PickledDict Dict(params (string Key, object? Value)[] entries)
    {
        var dict = new PickledDict();
        dict.Entries.AddRange(entries.Select(entry => KeyValuePair.Create<object?, object?>(entry.Key, entry.Value)));
        return dict;
    }
}
