using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>What keeps every source file readable in one sitting. Each test names all offenders at once.</summary>
[TestClass]
public sealed partial class SourceFileTests
{
    private const int MaximumLines = 300;
    private const int MaximumColumns = 140;
    private const int LargestBeside = 20;

    private static IEnumerable<string> CSharpFiles =>
        RepositoryFiles.Below("src", "*.cs").Concat(RepositoryFiles.Below("test", "*.cs")).Concat(RepositoryFiles.Below("eng", "*.cs"));

    private static IEnumerable<string> TextFiles =>
        new[] { "*.cs", "*.md", "*.sh", "*.py", "*.csproj", "*.props", "*.targets" }.SelectMany(
            pattern => RepositoryFiles.Below(".", pattern));

    [TestMethod]
    public void File_HasAtMost300Lines() =>
        AssertNone(CSharpFiles.Select(file => (file, lines: RepositoryFiles.ReadLines(file).Length))
            .Where(f => f.lines > MaximumLines).Select(f => $"{f.file} has {f.lines} lines: split it by role."));

    [TestMethod]
    public void Line_HasAtMost140Characters() =>
        AssertNone(Lines(CSharpFiles).Where(line => line.Text.Length > MaximumColumns)
            .Select(line => $"{line.File}:{line.Number} has {line.Text.Length} characters."));

    [TestMethod]
    public void File_HidesNothingInRegions() => AssertNone(Matches(CSharpFiles, Region()));

    [TestMethod]
    public void File_LeavesNoReminders() => AssertNone(Matches(TextFiles, Reminder()));

    [TestMethod]
    public void File_NamesNoPathOfOneMachine() => AssertNone(Matches(TextFiles, MachinePath()));

    [TestMethod]
    public void File_IsNamedAfterItsTypeAndHoldsBesideItSmallOnesOnly()
    {
        AssertNone(
            from file in CSharpFiles
            let types = SourceTypes.In(RepositoryFiles.ReadLines(file))
            let expected = Path.GetFileName(file).Split('.')[0] // X.Role.cs holds a part of X
            where types.Count > 0
            let beside = types.Where(type => type.Name != expected).ToArray()
            let large = beside.Where(type => type.Lines > LargestBeside).Select(type => $"{type.Name} of {type.Lines} lines").ToArray()
            where beside.Length == types.Count || large.Length > 0
            select beside.Length == types.Count
                ? $"{file} declares no {expected}: a file is named after its type."
                : $"{file} holds {string.Join(", ", large)} beside {expected}: above {LargestBeside} lines a type has a file of its own.");
    }

    [GeneratedRegex(@"^\s*#(?:end)?region\b")]
    private static partial Regex Region();

    [GeneratedRegex(@"\b(?:TO[D]O|FIX[M]E|HA[C]K)\b")] // the brackets keep this line from matching itself
    private static partial Regex Reminder();

    [GeneratedRegex(@"(?<![\w.$}~*/-])/(?:work|home|root|Users|t[m]p)/|\b[C-Z]:\\\\?Users\b")]
    private static partial Regex MachinePath();

    private static IEnumerable<string> Matches(IEnumerable<string> files, Regex pattern) =>
        Lines(files).Where(line => pattern.IsMatch(line.Text)).Select(line => $"{line.File}:{line.Number}: {line.Text.Trim()}");

    private static IEnumerable<(string File, int Number, string Text)> Lines(IEnumerable<string> files) =>
        files.SelectMany(file => RepositoryFiles.ReadLines(file).Select((text, i) => (file, i + 1, text)));

    private static void AssertNone(IEnumerable<string> offenders) => Assert.AreEqual("", string.Join('\n', offenders));
}
