using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Tensors of given numbers are put on the device, and numbers read off it, by TorchDevice alone.</summary>
[TestClass]
public sealed partial class TensorPlacementTests
{
    private const string Room = "src/Microsoft.ML.BlockPruning/";

    private static readonly string[] TorchRooms = ["Torch", "Calibration", "Optimization", "FineTuning", "Pruning"];

    // TorchNetwork makes its parameters on the processor, those of stem and windows too, and is then placed as a whole.
    private static readonly string[] MayMake =
        [Room + "Torch/TorchDevice.cs", Room + "Torch/TorchNetwork.cs", Room + "Torch/TorchStem.cs", Room + "Torch/TorchWindows.cs"];

    // A step of Adam on the processor works in the tensors' memory.
    private static readonly string[] MayRead = [Room + "Torch/TorchDevice.cs", Room + "Optimization/AdamStep.cs"];

    private static IEnumerable<string> Sources =>
        TorchRooms.SelectMany(room => RepositoryFiles.Below(Room + room, "*.cs"));

    [TestMethod]
    public void Tensors_AreMadeThroughTorchDevice() => AssertNone(MayMake, Made());

    [TestMethod]
    public void Tensors_AreReadThroughTorchDevice() => AssertNone(MayRead, Read());

    private static void AssertNone(string[] exempt, Regex pattern) => Assert.AreEqual(
        "",
        string.Join('\n', Sources.Except(exempt).SelectMany(file => RepositoryFiles.ReadLines(file)
            .Where(line => pattern.IsMatch(line) && !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .Select(line => $"{file}: {line.Trim()}"))));

    [GeneratedRegex(@"(?<!TorchDevice\.Put\(|[\w.])(?:tensor|from_array|zeros|ones|full|empty|eye|arange|randn|randint)\(")]
    private static partial Regex Made();

    [GeneratedRegex(@"\.bytes\b|\.data<|\.item<|\.cpu\(|\.cuda\(|\.ToDouble\(|\.ToSingle\(")]
    private static partial Regex Read();
}
