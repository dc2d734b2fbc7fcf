using System.Globalization;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>Most resident memory that a process ever had.</summary>
internal static class PeakMemory
{
    private const string Key = "VmHWM:";

    /// <summary>Bytes; 0 where the system does not tell, or the process has ended.</summary>
    /// <param name="process">Its number, or <c>self</c>.</param>
    public static long Of(string process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status")
                .FirstOrDefault(found => found.StartsWith(Key, StringComparison.Ordinal));
            string kilobytes = line is null ? "0" : line[Key.Length..].Replace("kB", "", StringComparison.Ordinal);
            return 1024 * long.Parse(kilobytes, CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
