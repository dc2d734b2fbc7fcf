using System.Diagnostics;

namespace Microsoft.ML.BlockPruning.Samples.Tests.BlockPrune;

/// <summary>A pipe would wait for its writer and a device never ends: both are refused before they are opened.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux)]
public sealed class InputKindTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();
    private readonly string _model;
    private readonly string _images;

    public InputKindTests()
    {
        _model = TinyNetwork.Save(_folder, classes: 3);
        _images = TinyNetwork.SaveImages(_folder, perClass: 10, "ant", "bee", "cat");
    }

    public void Dispose() => _folder.Dispose();

    [TestMethod]
    [DataRow("pipe", "inspect", "PIPE.zip")]
    [DataRow("pipe", "inspect", "PIPE.safetensors")]
    [DataRow("device", "inspect", "/dev/zero")]
    [DataRow("pipe", "predict", "PIPE.zip", "IMAGE")]
    [DataRow("pipe", "prune", "--model", "PIPE.safetensors", "--images", "IMAGES", "--output", "OUT.zip")]
    [DataRow("pipe", "report", "--journal", "PIPE.jsonl", "--output", "OUT.html")]
    [DataRow("pipe", "sweep", "--model", "MODEL", "--images", "IMAGES", "--keep", "0.8", "--block", "8x8", "--journal", "PIPE.jsonl")]
    [DataRow("pipe", "sweep", "--model", "MODEL", "--images", "IMAGES", "--report", "OUT.html", "--references", "PIPE.jsonl")]
    [DataRow("pipe", "prune", "--model", "MODEL", "--images", "PIPE.csv", "--output", "OUT.zip")]
    [DataRow("device", "prune", "--model", "MODEL", "--images", "/dev/zero", "--output", "OUT.zip")]
    [DataRow("device", "prune", "--model", "MODEL", "--images", "ZERO.csv", "--output", "OUT.zip")]
    [DataRow("pipe", "prune", "--model", "MODEL", "--images-idx", "PIPE.gz", "--labels-idx", "PIPE.gz", "--output", "OUT.zip")]
    public async Task Input_ThatIsNoFileIsRefused(string kind, params string[] arguments)
    {
        var run = await RunAsync(arguments);

        Assert.AreNotEqual(0, run.ExitCode);
        StringAssert.Contains(run.Error, $"it is a {kind}, expected a regular file");
        Assert.IsFalse(File.Exists(_folder.File("OUT.zip")));
    }

    [TestMethod]
    public async Task Config_ThatIsAPipeIsRefused()
    {
        File.Delete(_folder.File("config.json"));
        MakePipe("config.json");

        var run = await RunAsync("prune", "--model", "MODEL", "--images", "IMAGES", "--output", "OUT.zip");

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "config.json': it is a pipe");
    }

    [TestMethod]
    public async Task References_ThatAreAPipeAreRefusedByTheReport()
    {
        string journal = _folder.File("sweep.jsonl");
        var sweep = CliRun.Of("sweep", "--model", _model, "--images", _images, "--keep", "0.8", "--block", "8x8", "--journal", journal);
        Assert.AreEqual(0, sweep.ExitCode, sweep.Error);

        var run = await RunAsync("report", "--journal", journal, "--references", "PIPE.jsonl", "--output", "OUT.html");

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "PIPE.jsonl': it is a pipe");
    }

    [TestMethod]
    public void Table_AboveItsLimitIsRefusedUnread()
    {
        string table = _folder.File("long.csv");
        using (var file = File.Create(table))
        {
            file.SetLength((256L << 20) + 1);
        }

        var run = CliRun.Of("prune", "--model", _model, "--images", table, "--output", _folder.File("OUT.zip"));

        Assert.AreEqual(1, run.ExitCode);
        StringAssert.Contains(run.Error, "268435457 bytes, expected at most 268435456");
    }

    // In time, for before it was refused the verb never returned.
    private Task<CliRun> RunAsync(params string[] arguments)
    {
        string[] words = [.. arguments.Select(word => word switch
        {
            "MODEL" => _model,
            "IMAGES" => _images,
            "IMAGE" => Path.Combine(_images, "ant", "0.png"),
            "ZERO.csv" => File.CreateSymbolicLink(_folder.File(word), "/dev/zero").FullName,
            _ when word.StartsWith("PIPE", StringComparison.Ordinal) => MakePipe(word),
            _ when word.StartsWith("OUT", StringComparison.Ordinal) => _folder.File(word),
            _ => word,
        })];
        return Task.Run(() => CliRun.Of(words)).WaitAsync(Limit);
    }

    private string MakePipe(string name)
    {
        string path = _folder.File(name);
        if (!File.Exists(path))
        {
            using var make = Process.Start("mkfifo", [path]);
            make.WaitForExit();
        }

        return path;
    }
}
