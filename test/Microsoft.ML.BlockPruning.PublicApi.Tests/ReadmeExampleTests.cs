#pragma warning disable IDE0005 // An application lives outside our namespaces.
using Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests;

/// <summary>The snippets of README.md and PACKAGE.md run as they stand, on a tiny network and thirty images.</summary>
[TestClass]
public sealed class ReadmeExampleTests
{
    private static readonly string[] Classes = ["cat", "dog", "owl"];

    [TestMethod]
    public void TenLines_PruneSaveLoadAndScore()
    {
        using var folder = Folder();

        ReadmeExample.TenLines(Photo.ReadFolder("photos"));

        using var model = PrunedModel.Load("pruned.zip");
        CollectionAssert.AreEqual(Classes, model.LabelNames.ToArray());
    }

    [TestMethod]
    public void WithOptions_ScoresEveryRow()
    {
        using var folder = Folder();
        var test = new MLContext().Data.LoadFromEnumerable(Photo.ReadFolder("photos"));

        var scored = ReadmeExample.WithOptions(Photo.ReadFolder("photos"), test);

        float[][] scores = [.. scored.GetColumn<float[]>("Score")];
        Assert.HasCount(30, scores);
        using var model = PrunedModel.Load("deit-pruned.zip");
        string first = scored.GetColumn<string>("ImagePath").First();
        CollectionAssert.AreEqual(scores[0], model.PredictFile(first).Score.ToArray(), "the file has the same network");
    }

    [TestMethod]
    public void OfThePackage_AnswersWithAClassAndItsProbability()
    {
        using var folder = Folder();

        var answer = ReadmeExample.OfThePackage(Photo.ReadFolder("photos"));

        CollectionAssert.Contains(Classes, answer.PredictedLabel);
        Assert.AreEqual(answer.Probabilities.Max(), answer.Probability);
    }

    // The names that the pages give to files.
    private static NewcomersFolder Folder()
    {
        var folder = new NewcomersFolder();
        foreach (string name in new[] { "deit.safetensors", "deit_base_patch16_224.safetensors" })
        {
            File.Copy("deit/model.safetensors", name);
        }

        foreach (string name in new[] { "cat.jpg", "photo.jpg" })
        {
            File.Copy("photos/cat/0.png", name); // a decoder goes by the first bytes
        }

        return folder;
    }
}
