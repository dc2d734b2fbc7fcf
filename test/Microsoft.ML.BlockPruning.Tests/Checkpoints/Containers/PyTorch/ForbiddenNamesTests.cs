using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

namespace Microsoft.ML.BlockPruning.Tests.Checkpoints.Containers.PyTorch;

/// <summary>A pickle that could do harm elsewhere is refused by the name that it asks for, wherever it asks.</summary>
[TestClass]
public sealed class ForbiddenNamesTests
{
    [TestMethod]
    [DataRow("posix", "system")]
    [DataRow("nt", "system")]
    [DataRow("os", "popen")]
    [DataRow("subprocess", "Popen")]
    [DataRow("builtins", "eval")]
    [DataRow("__builtin__", "exec")]
    [DataRow("builtins", "getattr")]
    [DataRow("builtins", "__import__")]
    [DataRow("runpy", "_run_code")]
    [DataRow("importlib", "import_module")]
    [DataRow("sys", "modules")]
    [DataRow("torch.hub", "load")]
    [DataRow("torch", "hub.load")]
    [DataRow("torch.serialization", "os.system")]
    [DataRow("webbrowser", "open")]
    [DataRow("_operator", "attrgetter")]
    [DataRow("functools", "reduce")]
    [DataRow("torch.storage", "_load_from_bytes")]
    [DataRow("pip._internal", "main")]
    public void Open_RefusesTheNameInEveryPlace(string module, string name)
    {
        using var folder = new TemporaryFolder();
        byte[][] pickles =
        [
            new ToyPickle().Global(module, name).Text("echo").Raw(0x85).Op('R').End(), // called
            Beside(new ToyPickle().Op('}').Op('(').Text("x").Global(module, name)), // named, not called
            Beside(new ToyPickle().Op('}').Op('(').Text("x").Text(module).Text(name).Raw(0x93)), // as protocol 4 names
            Beside(new ToyPickle().Op('}').Op('(').Text("x").Op('(').Op('i').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"))),
            new ToyPickle().Global(module, name).Op('0').Op('}').End(), // thrown away
        ];
        foreach (byte[] pickle in pickles)
        {
            string path = folder[$"{Guid.NewGuid()}.pth"];
            ToyTorchZip.Write(path, pickle, ("w", ToyTorchZip.Bytes(1f)));

            var error = Assert.ThrowsExactly<InvalidDataException>(() => new TorchZipContainer().Open(path));

            StringAssert.Contains(error.Message, $"asks for {module}.{name}");
            StringAssert.Contains(error.Message, "nothing was run");
        }
    }

    [TestMethod]
    [DataRow("argparse", "Namespace")]
    [DataRow("mytypes.code", "Sys")]
    [DataRow("timm.types", "Config")]
    [DataRow("functools", "partial")]
    [DataRow("pathlib", "PosixPath")]
    [DataRow("nobody.knows", "This")]
    public void Open_TakesWeightsBesideOtherClasses(string module, string name)
    {
        using var folder = new TemporaryFolder();
        byte[] weights = ToyPickle.StateDict(("w", "FloatStorage", 1, [1], [1], 0))[2..^1];
        byte[] pickle = new ToyPickle().Op('}').Op('(').Text("state_dict").Raw(weights)
            .Text("args").Global(module, name).Op(')').Raw(0x81).Op('}').Op('(').Text("a").Whole(1).Op('u').Op('b').Op('u').End();
        ToyTorchZip.Write(folder["toy.pth"], pickle, ("w", ToyTorchZip.Bytes(1f)));

        using var file = new TorchZipContainer().Open(folder["toy.pth"]);

        CollectionAssert.AreEqual(new[] { "w" }, file.Names.ToArray());
    }

    [TestMethod]
    public void Open_OfAnUnknownClassAmongTheWeights_IsRefusedByItsName()
    {
        using var folder = new TemporaryFolder();
        byte[] pickle = new ToyPickle().Op('}').Op('(').Text("w").Tensor("w", "FloatStorage", 1, [1], [1], 0)
            .Text("v").Global("torch._utils", "_rebuild_qtensor").Op(')').Op('R').Op('u').End();
        ToyTorchZip.Write(folder["toy.pth"], pickle, ("w", ToyTorchZip.Bytes(1f)));

        var error = Assert.ThrowsExactly<InvalidDataException>(() => new TorchZipContainer().Open(folder["toy.pth"]));

        StringAssert.Contains(error.Message, "'v' is made by torch._utils._rebuild_qtensor");
    }

    private static byte[] Beside(ToyPickle pickle) =>
        pickle.Text("w").Tensor("w", "FloatStorage", 1, [1], [1], 0).Op('u').End();
}
