using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Networks.Families;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Executors;

namespace Microsoft.ML.BlockPruning.Tests.Sweeps.Children;

[TestClass]
public sealed class SubjectFolderTests
{
    [TestMethod]
    public void Read_GivesBackEveryBit()
    {
        var config = TestNetworks.Config(channels: 1, isDistilled: true);
        var subject = new SweepSubject(
            TestNetworks.Weights(config), Images(5, null), Images(3, [2, 0, 1]), TestNetworks.Preprocessing(channels: 1),
            ["ant", "bee", "cat"], Seed: 7, Threads: 3);
        subject.Dense.Notes = ["the heads are a guess"];
        var folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
        try
        {
            SubjectFolder.Write(subject, folder.FullName);
            var read = SubjectFolder.Read(folder.FullName);

            Assert.AreEqual(subject.IdentityWith("", ""), read.IdentityWith("", ""), "the hashes of all weights, images and labels");
            CollectionAssert.AreEqual(subject.LabelNames.ToArray(), read.LabelNames.ToArray());
            CollectionAssert.AreEqual(subject.Preprocessing.Mean.ToArray(), read.Preprocessing.Mean.ToArray());
            Assert.AreEqual((7L, 3), (read.Seed, read.Threads));
            Assert.IsNull(read.Calibration.Labels);
            CollectionAssert.AreEqual(new[] { "the heads are a guess" }, read.Dense.Notes.ToArray());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        CalibrationSet Images(int count, int[]? labels)
        {
            var random = new Random(count);
            return new CalibrationSet(
                ViT.Of(config), [.. Enumerable.Range(0, count * config.ImageDim).Select(_ => random.NextSingle())], count, labels);
        }
    }

    /// <summary>Counts are held against the files before memory is taken for them.</summary>
    [TestMethod]
    [DataRow("subject.json", "\"calibration\":2", "\"calibration\":2147483647", "calibration.f32' has")]
    [DataRow("subject.json", "\"calibration\":2", "\"calibration\":-1", "it counts -1")]
    [DataRow("subject.json", "\"validation\":1", "\"validation\":2796203", "validation.f32' has")] // · 768 · 4 wraps in 32 bits
    [DataRow("subject.json", "\"threads\":3", "\"threads\":0", "is damaged")]
    [DataRow("subject.json", "\"threads\":3", "\"threads\":2000000000", "at most 1024 threads")]
    [DataRow("subject.json", "\"validationLabels\":[0]", "\"validationLabels\":[99]", "validation.f32' is damaged")]
    [DataRow("subject.json", "\"validationLabels\":[0]", "\"validationLabels\":[0,1]", "validation.f32' is damaged")]
    [DataRow("subject.json", "{", "[", "is damaged")]
    public void Read_OfDamagedFiles_IsInvalidData(string file, string old, string replacement, string says)
    {
        var config = TestNetworks.Config();
        var subject = new SweepSubject(
            TestNetworks.Weights(config), new CalibrationSet(ViT.Of(config), new float[2 * config.ImageDim], 2),
            new CalibrationSet(ViT.Of(config), new float[config.ImageDim], 1, [0]), TestNetworks.Preprocessing(), ["ant", "bee", "cat"],
            Seed: 7, Threads: 3);
        var folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
        try
        {
            SubjectFolder.Write(subject, folder.FullName);
            string path = Path.Combine(folder.FullName, file);
            string text = File.ReadAllText(path).Replace(": ", ":", StringComparison.Ordinal);
            StringAssert.Contains(text, old);
            File.WriteAllText(path, text.Replace(old, replacement, StringComparison.Ordinal));

            var error = Assert.ThrowsExactly<InvalidDataException>(() => SubjectFolder.Read(folder.FullName));

            StringAssert.Contains(error.Message, says);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
