namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Run in a new process: scores the images of a folder with <see cref="PrunedModel"/> alone, and prints the bits.</summary>
internal static class PrunedModelChild
{
    public static int Run(string[] args)
    {
        Print(args[0], "model.zip", "PrunedModel");
        return 0;
    }

    /// <summary>Scores with a file of the folder.</summary>
    public static void Print(string folder, string file, string reader)
    {
        using var model = PrunedModel.Load(Path.Combine(folder, file));
        foreach (string image in Directory.GetFiles(folder, "*.png").Order(StringComparer.Ordinal))
        {
            Console.WriteLine($"{reader} {TestData.Hex([.. model.PredictFile(image).Score])}");
        }
    }
}
