using System.Text.Json;
using PruneModelSample;

namespace Microsoft.ML.BlockPruning.Samples.Tests.PruneModel;

/// <summary>Settings for a tiny network and images of noise.</summary>
internal static class TinyProject
{
    public static readonly string[] Classes = ["cat", "dog", "owl"];

    public static StepLines Silent => new(TextWriter.Null, isTerminal: false);

    public static PruneModelSettings Create(TemporaryFolder folder) => Create(folder, labels: null, Classes);

    /// <summary>A project whose network names its classes, or not, and that has folders for some of them.</summary>
    public static PruneModelSettings Create(TemporaryFolder folder, string[]? labels, string[] folders)
    {
        string network = TinyNetwork.Save(folder, labels?.Length ?? folders.Length, labels: labels);
        string images = TinyNetwork.SaveImages(folder, perClass: 4, folders);
        return new PruneModelSettings(
            new DataSource(images, images),
            new TrainingOption(network, Keep: 0.6, Block: "8x8", Seed: 1),
            new SweepOption([0.8, 0.6], MaximumAccuracyDrop: 1, folder.File("sweep.jsonl")),
            folder.File("model.mlnet"));
    }

    /// <summary>As a file for <c>--settings</c>.</summary>
    public static string Save(PruneModelSettings settings, TemporaryFolder folder)
    {
        string path = folder.File("settings.json");
        File.WriteAllText(path, JsonSerializer.Serialize(settings));
        return path;
    }
}
