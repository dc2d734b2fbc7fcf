namespace Microsoft.ML.BlockPruning.Tests.Gates;

[TestClass]
public sealed class PrintedMessagesTests
{
    public static IEnumerable<(string Body, string[] Expected)> Bodies =>
    [
        ("result.AddError($\"{name}: {path} is no page.\");", ["…: … is no page."]),
        ("output.Error.WriteLine(\"Cancelled;\" + \" nothing is lost.\");", ["Cancelled; nothing is lost."]),
        ("await error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $\"{x} trials.\"));", ["… trials."]),
        ("yield return verbs ? $\"No verb {word}.\" : \"Too many.\";", ["No verb ….", "Too many."]),
        ("output.Out.WriteLine(\"The answer.\"); error.WriteLine(message); throw new IOException(\"Full.\");", []),
    ];

    [TestMethod]
    [DynamicData(nameof(Bodies))]
    public void In_FindsWhatIsPrinted(string body, string[] expected) =>
        CollectionAssert.AreEqual(expected, PrintedMessages.In($"class C {{ void M() {{ {body} }} }}").ToArray());
}
