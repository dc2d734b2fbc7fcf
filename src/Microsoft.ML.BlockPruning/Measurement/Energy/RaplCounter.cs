using System.Globalization;

namespace Microsoft.ML.BlockPruning.Measurement.Energy;

/// <summary>RAPL, the energy counters of Intel and AMD processors, as Linux's powercap folder shows them: all packages together.</summary>
/// <remarks>
/// Memory counts where it is part of the package's zone. Counters wrap around after minutes to hours; one wrap between two readings is
/// seen. Linux lets only the administrator read them, unless told otherwise.
/// </remarks>
internal sealed class RaplCounter : IEnergyCounter
{
    private const string Powercap = "/sys/class/powercap";
    private readonly string[] _zones;
    private readonly long[] _ranges;
    private readonly long[] _last;
    private long _microjoules;

    private RaplCounter(string[] zones)
    {
        _zones = zones;
        _ranges = [.. zones.Select(zone => Read(zone, "max_energy_range_uj"))];
        _last = [.. zones.Select(zone => Read(zone, "energy_uj"))];
    }

    /// <summary>Opens the counters.</summary>
    /// <param name="folder">The powercap folder.</param>
    /// <returns>Null where there are none, or they must not be read.</returns>
    public static RaplCounter? TryOpen(string folder = Powercap)
    {
        if (!Directory.Exists(folder))
        {
            return null;
        }

        // intel-rapl:0 is a package (on AMD too), intel-rapl:0:0 a part of it.
        var zones = Directory.GetDirectories(folder, "intel-rapl:*").Where(zone => Path.GetFileName(zone).Count(c => c == ':') == 1)
            .Order(StringComparer.Ordinal).ToArray();
        try
        {
            return zones.Length == 0 ? null : new RaplCounter(zones);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException or FormatException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public double ReadJoules()
    {
        for (int i = 0; i < _zones.Length; i++)
        {
            long now = Read(_zones[i], "energy_uj");
            _microjoules += now >= _last[i] ? now - _last[i] : now - _last[i] + _ranges[i];
            _last[i] = now;
        }

        return _microjoules / 1e6;
    }

    private static long Read(string zone, string file) =>
        long.Parse(File.ReadAllText(Path.Combine(zone, file)), CultureInfo.InvariantCulture);
}
