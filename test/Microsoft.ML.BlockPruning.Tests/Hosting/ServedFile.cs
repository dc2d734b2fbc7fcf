using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Tests.Checkpoints;

namespace Microsoft.ML.BlockPruning.Tests.Hosting;

/// <summary>A model's file that a service looks at, and what may stand in it.</summary>
internal sealed class ServedFile : IDisposable
{
    /// <summary>For what a loop on another thread does in milliseconds.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    private readonly TemporaryFolder _folder = new();

    public string Path => _folder["served.zip"];

    public string this[string name] => _folder[name];

    /// <summary>A network with weights of a seed, as SavePruned (zip) writes it.</summary>
    public byte[] Model(int seed)
    {
        string path = _folder[$"model-{seed}.zip"];
        using (var stream = File.Create(_folder["network.safetensors"]))
        {
            Network(seed).Save(stream);
        }

        var ml = new MLContext(seed: 1);
        using var transformer = ml.Transforms.LoadSparseViT(_folder["network.safetensors"]);
        ml.Model.SavePruned(transformer, path);
        return File.ReadAllBytes(path);
    }

    /// <summary>The scores of an image by a model, read without a service.</summary>
    public float[] Scores(byte[] model, byte[] image)
    {
        File.WriteAllBytes(_folder["alone.zip"], model);
        using var alone = PrunedModel.Load(_folder["alone.zip"]);
        return [.. alone.Predict(image).Score];
    }

    /// <summary>Puts a content in the file's place, as a careful writer does.</summary>
    public void Replace(byte[] content)
    {
        File.WriteAllBytes(_folder["aside"], content);
        File.Move(_folder["aside"], Path, overwrite: true);
    }

    public void Dispose() => _folder.Dispose();

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
        }
    }

    private static SparseViT Network(int seed)
    {
        var config = TestNetworks.Config();
        return SparseViT.Create(
            TestNetworks.Weights(config, seed), TestNetworks.Plan(config), TestNetworks.Preprocessing(), ["cat", "dog", "owl"]);
    }
}
