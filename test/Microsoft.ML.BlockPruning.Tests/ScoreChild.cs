namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>
/// Run in a new process: loads model.zip of a folder, scores its images, prints the bits and the natives that were loaded.
/// </summary>
internal static class ScoreChild
{
    // Libraries of packages: not of the system, nor of the runtime.
    private static readonly string[] OfInterest = ["torch", "Torch", "c10", "gomp", "Skia"];

    public static int Run(string[] args)
    {
        var ml = new MLContext();
        var model = ml.Model.Load(Path.Combine(args[0], "model.zip"), out _);
        var rows = Directory.GetFiles(args[0], "*.png").Order(StringComparer.Ordinal)
            .Select(path => new EncodedRow { Image = File.ReadAllBytes(path) });
        foreach (float[] scores in TestData.Scores(model.Transform(ml.Data.LoadFromEnumerable(rows.ToList()))))
        {
            Console.WriteLine("score " + TestData.Hex(scores));
        }

        var mapped = File.ReadLines("/proc/self/maps").Select(line => line[(line.LastIndexOf('/') + 1)..])
            .Where(name => name.Contains(".so", StringComparison.Ordinal)
                && Array.Exists(OfInterest, part => name.Contains(part, StringComparison.Ordinal)));
        foreach (string name in mapped.Distinct().Order(StringComparer.Ordinal))
        {
            Console.WriteLine("native " + name);
        }

        return 0;
    }
}
