using System.Diagnostics;
using System.Globalization;

namespace Microsoft.ML.BlockPruning.Benchmarks.Saving;

/// <summary>Kills a writer at random moments, reads what is left, and saves once more.</summary>
internal sealed class SaveKiller : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(3);

    private readonly SaveCase _case;
    private readonly Random _random;
    private readonly int _seed;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-kill-");
    private readonly DirectoryInfo _references = Directory.CreateTempSubdirectory("blockpruning-kill-");
    private readonly double _longestMilliseconds;
    private int _started;

    /// <param name="save">Given over.</param>
    /// <param name="seed">Of the moments.</param>
    public SaveKiller(SaveCase save, int seed)
    {
        (_case, _seed, _random) = (save, seed, new Random(seed));
        var clock = new Stopwatch();
        for (int i = 0; i < 5 * SaveCase.Versions; i++)
        {
            clock.Start();
            _case.Write(Reference(i % SaveCase.Versions), i % SaveCase.Versions);
            clock.Stop();
        }

        _longestMilliseconds = 5 + (4 * clock.Elapsed.TotalMilliseconds / (5 * SaveCase.Versions)); // some writes
    }

    private string Target => Path.Combine(_folder.FullName, _case.FileName);

    private string[] Expected => [_case.FileName, .. _case.Companions];

    /// <summary>Kills.</summary>
    public SaveKillRow Run(int kills)
    {
        int[] phases = new int[3];
        int old = 0, renewed = 0, beside = 0, remaining = 0;
        var wrong = new List<string>();
        _case.Write(Target, 0);
        var next = Start();
        for (int kill = 0; kill < kills; kill++)
        {
            using var child = next.Process;
            string status = next.Status;
            AwaitReady(child);
            next = kill + 1 < kills ? Start() : default;
            child.StandardInput.WriteLine();
            child.StandardInput.Flush();
            Thread.Sleep(TimeSpan.FromMilliseconds(_random.NextDouble() * _longestMilliseconds));
            child.Kill();
            child.WaitForExit();

            using var shared = new SaveStatus(status);
            var (phase, version) = shared.Value;
            phases[(int)phase]++;
            int? found = Found(version, out string fault);
            bool isRight = phase switch
            {
                SavePhase.Before => found == 1 - version,
                SavePhase.After => found == version,
                _ => found is not null,
            };
            if (!isRight)
            {
                wrong.Add(string.Create(CultureInfo.InvariantCulture, $"kill {kill}, {phase} version {version}: found {found} {fault}"));
            }

            old += found == 1 - version ? 1 : 0;
            renewed += found == version ? 1 : 0;
            beside += Others() > 0 ? 1 : 0;
            _case.Write(Target, 0);
            remaining += Others() > 0 ? 1 : 0;
        }

        return new SaveKillRow(
            _case.Name, _seed, kills, phases[0], phases[1], phases[2], old, renewed, beside, remaining, wrong);
    }

    public void Dispose()
    {
        _case.Dispose();
        _folder.Delete(recursive: true);
        _references.Delete(recursive: true);
    }

    private string Reference(int version) =>
        Path.Combine(_references.FullName, string.Create(CultureInfo.InvariantCulture, $"{version}-{_case.FileName}"));

    private int Others() => Directory.GetFileSystemEntries(_folder.FullName).Select(Path.GetFileName).Except(Expected).Count();

    private int? Found(int writing, out string fault)
    {
        fault = "";
        for (int version = 0; version < SaveCase.Versions; version++)
        {
            try
            {
                if (_case.Holds(Target, Reference(version), isBeingWritten: version == writing))
                {
                    return version;
                }
            }
            catch (Exception error)
            {
                fault = error.Message;
            }
        }

        return null;
    }

    // The status lies apart from the target, beside the file of the writer's first write.
    private (Process Process, string Status) Start()
    {
        int number = ++_started;
        string status = Path.Combine(_references.FullName, string.Create(CultureInfo.InvariantCulture, $"{number}.status"));
        using (var shared = new SaveStatus(status))
        {
            shared.Value = (SavePhase.Before, 1); // what it begins with, should it be killed before it says so
        }

        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in new[]
        {
            "exec", typeof(SaveKiller).Assembly.Location, SaveLoopCommand.Name, _case.Name, Target, status,
            (_seed + number).ToString(CultureInfo.InvariantCulture),
        })
        {
            start.ArgumentList.Add(argument);
        }

        return (Process.Start(start)!, status);
    }

    private static void AwaitReady(Process child)
    {
        var line = child.StandardOutput.ReadLineAsync();
        if (!line.Wait(StartLimit) || line.Result != SaveLoopCommand.Ready)
        {
            child.Kill();
            throw new InvalidOperationException($"The writer did not start: '{(line.IsCompleted ? line.Result : "no answer")}'.");
        }
    }
}
