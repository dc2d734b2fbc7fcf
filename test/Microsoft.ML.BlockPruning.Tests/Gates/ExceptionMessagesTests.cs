namespace Microsoft.ML.BlockPruning.Tests.Gates;

[TestClass]
public sealed class ExceptionMessagesTests
{
    public static IEnumerable<(string Body, string[] Expected)> Bodies =>
    [
        ("throw new IOException(\"It  is\\n full.\");", ["It is full."]),
        ("throw new ArgumentException($\"Found {a}{b}, not {c:0.#}.\" + \" Give more.\", nameof(a));", ["Found …, not …. Give more."]),
        ("throw new FormatException(\"It is \" + name + \".\");", ["It is …."]),
        ("throw host.Process(new IOException(none ? \"There is none.\" : $\"There are {n}.\"));", ["There is none.", "There are …."]),
        ("throw new IOException(string.Create(CultureInfo.InvariantCulture, $\"{x} is too low.\"));", ["… is too low."]),
        ("throw new IOException(kind switch { 1 => \"One.\", _ => \"More.\" });", ["One.", "More."]),
        ("return ok ? value : throw Invalid(name, $\"its '{key}' is gone\");", ["its '…' is gone"]),
        ("throw new(\"Unnamed.\");", ["Unnamed."]),
        ("var later = new NotSupportedException(\"Thrown later.\");", ["Thrown later."]),
        ("throw new IOException(error.Message, error); throw Known; throw;", []),
        ("ArgumentNullException.ThrowIfNull(x); Debug.Assert(x > 0, \"Never.\");", []),
        ("Log(\"Not thrown.\"); var y = new Person(\"Nobody\");", []),
    ];

    [TestMethod]
    [DynamicData(nameof(Bodies))]
    public void In_FindsWhatAnExceptionSays(string body, string[] expected) =>
        CollectionAssert.AreEqual(expected, ExceptionMessages.In($"class C {{ void M() {{ {body} }} }}").ToArray());

    [TestMethod]
    public void In_LooksIntoMethodsThatMakeExceptions()
    {
        string[] found =
        [
            .. ExceptionMessages.In("""
                class C
                {
                    IOException Full(string path) => new($"'{path}' is full.");
                    IOException? Maybe(bool full) { return full ? null : Full("nowhere near"); }
                    Person Anybody() => new("Anybody");
                }
                """),
        ];

        CollectionAssert.AreEqual(new[] { "'…' is full." }, found);
    }
}
