namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Run in a new process: scores the images of a folder by every reader of its model, and prints the bits.</summary>
internal static class ReadersChild
{
    public static int Run(string[] args)
    {
        string zip = Path.Combine(args[0], "model.zip");
        var ml = new MLContext();
        PrunedModelChild.Print(args[0], "model.zip", "PrunedModel");
        PrunedModelChild.Print(args[0], "network.safetensors", "PrunedModel of safetensors");
        Print(args[0], ml.Transforms.LoadSparseViT(zip), "LoadSparseViT");
        Print(args[0], ml.Model.Load(zip, out _), "Model.Load");
        return 0;
    }

    private static void Print(string folder, ITransformer model, string reader)
    {
        var rows = Directory.GetFiles(folder, "*.png").Order(StringComparer.Ordinal)
            .Select(path => new EncodedRow { Image = File.ReadAllBytes(path) }).ToList();
        foreach (float[] scores in TestData.Scores(model.Transform(new MLContext().Data.LoadFromEnumerable(rows))))
        {
            Console.WriteLine($"{reader} {TestData.Hex(scores)}");
        }
    }
}
