using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Sweeps;

/// <summary>A process and those that it has started.</summary>
internal static class ProcessFamily
{
    /// <summary>Resident bytes of all of them together; pages that they share count for each. Off Linux of the process alone.</summary>
    /// <exception cref="InvalidOperationException">The process has ended.</exception>
    public static long ResidentBytes(Process parent)
    {
        parent.Refresh();
        return parent.WorkingSet64 + (OperatingSystem.IsLinux() ? ChildrenOf(parent.Id).Sum() : 0);
    }

    private static IEnumerable<long> ChildrenOf(int parent)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out _) && StatOf(folder) is { } stat
                && stat[ParentField] == parent.ToString(CultureInfo.InvariantCulture))
            {
                yield return long.Parse(stat[PagesField], CultureInfo.InvariantCulture) * Environment.SystemPageSize;
            }
        }
    }

    // proc(5), counted from the state, the first field behind the name in brackets.
    private const int ParentField = 1;
    private const int PagesField = 21;

    private static string[]? StatOf(string folder)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(folder, "stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null; // it has ended since
        }
    }
}
