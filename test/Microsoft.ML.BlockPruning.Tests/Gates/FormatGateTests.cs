using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Formats;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>A number format is a row of one list: nobody else names one, and nobody counts a number's bytes by hand.</summary>
[TestClass]
public sealed class FormatGateTests
{
    private static readonly string[] Words = ["Float32", "BFloat16", "Float16", "F32", "BF16", "F16", "Single", "Half"];

    // A container spells types that are no formats of ours too; its table names the format of each.
    private static readonly Type[] MayNameFormats = [typeof(NumberFormat), typeof(SafetensorsDType), typeof(ProductFormat)];

    [TestMethod]
    public void Enumeration_OtherThanNumberFormat_NamesNoFormat()
    {
        var offenders = typeof(NumberFormat).Assembly.GetTypes().Where(type => type.IsEnum).Except(MayNameFormats)
            .Where(type => Enum.GetNames(type).Intersect(Words).Any()).Select(type => $"{type} names a format: use NumberFormat.");

        Assert.AreEqual("", string.Join('\n', offenders));
        CollectionAssert.IsSubsetOf(Enum.GetNames<NumberFormat>(), Words, "A new format's name belongs to the words.");
    }

    [TestMethod]
    public void SizeOfFloat_IsAskedOnlyWhereNumbersLie()
    {
        const string library = "src/Microsoft.ML.BlockPruning/";
        var offenders = RepositoryFiles.Below("src", "*.cs")
            .Where(file => file.StartsWith(library, StringComparison.Ordinal))
            .Where(file => !file.StartsWith(library + "Formats/", StringComparison.Ordinal))
            .Where(file => !file.StartsWith(library + "Kernels/", StringComparison.Ordinal))
            .Where(file => RepositoryFiles.ReadLines(file).Any(line => line.Contains("sizeof(float)", StringComparison.Ordinal)))
            .Select(file => $"{file} has sizeof(float): ask the format's codec.");

        Assert.AreEqual("", string.Join('\n', offenders));
        Assert.IsTrue(
            RepositoryFiles.Below("src", "*.cs").Any(file => file.StartsWith(library + "Formats/", StringComparison.Ordinal)),
            "the paths are others than the gate expects");
    }
}
