using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Inference.Cpu;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.Tests.Inference;

/// <summary>What was saved is what is loaded, or nothing is.</summary>
[TestClass]
public sealed class NetworkChecksumTests
{
    private static readonly SparseViT Network = BlockPruning.Tests.TestNetworks.Sparse(BlockPruning.Tests.TestNetworks.Config());
    private static readonly byte[] Saved = Bytes(Network);

    [TestMethod]
    public void Save_NamesTheSha256OfTheFile_TakenWithZerosInItsPlace()
    {
        byte[] bytes = [.. Saved];
        string key = $"\"{SafetensorsChecksum.Key}\":\"";
        int place = bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(key)) + key.Length;
        string named = Encoding.ASCII.GetString(bytes, place, 64);

        bytes.AsSpan(place, 64).Fill((byte)'0');

        Assert.AreEqual(Convert.ToHexString(SHA256.HashData(bytes)), named, ignoreCase: true);
    }

    /// <summary>All bits of the header and some thousands of the data's: refused in one way, or the same network.</summary>
    [TestMethod]
    public void Load_WithAFlippedBit_IsRefused_OrGivesTheSameScores()
    {
        float[] images = RandomNetworks.Images(Network.Spec, 1, seed: 3);
        using var session = new SparseViTSession(Network, threads: 1);
        float[] expected = RandomNetworks.Score(session, images);
        int header = BitConverter.ToInt32(Saved);
        var random = new Random(5);
        var flips = Enumerable.Range(0, 3000).Select(_ => random.Next(8 * (8 + header)))
            .Concat(Enumerable.Range(0, 2000).Select(_ => random.Next(8 * (8 + header), 8 * Saved.Length))).ToList();
        int loaded = 0;
        foreach (int flip in flips)
        {
            byte[] bytes = [.. Saved];
            bytes[flip / 8] ^= (byte)(1 << (flip % 8));
            SparseViT network;
            try
            {
                network = SparseViTReader.Read(new MemoryStream(bytes));
            }
            catch (InvalidDataException)
            {
                continue;
            }

            loaded++;
            Assert.IsFalse(network.IsVerified, $"bit {flip}"); // only the checksum's own name was hit
            using var damaged = new SparseViTSession(network, threads: 1);
            CollectionAssert.AreEqual(expected, RandomNetworks.Score(damaged, images), $"bit {flip}");
        }

        Assert.IsLessThan(flips.Count / 50, loaded);
    }

    [TestMethod]
    public void Load_WithAWeightExchanged_NamesBothSums()
    {
        byte[] bytes = [.. Saved];
        bytes[^2] ^= 1;

        var error = Assert.ThrowsExactly<InvalidDataException>(() => SparseViTReader.Read(new MemoryStream(bytes)));

        StringAssert.Contains(error.Message, "its SHA-256 is ");
        StringAssert.Contains(error.Message, "but it names ");
    }

    [TestMethod]
    public void Load_OfAFileOfBeforeChecksums_GivesItsScores()
    {
        var ml = new MLContext();

        using var transformer = ml.Transforms.LoadSparseViT(TestCases.BeforeChecksums("network.safetensors"));

        var scores = TestData.Scores(transformer.Transform(ml.Data.LoadFromEnumerable(TestCases.FrozenRows())));
        CollectionAssert.AreEqual(TestCases.ScoresBeforeChecksums(), scores.Select(TestData.Hex).ToArray());
        StringAssert.Contains(transformer.Notes.Single(), "has no checksum");
        Assert.IsTrue(SparseViTReader.Read(new MemoryStream(Saved)).IsVerified);
    }

    [TestMethod]
    public void Checkpoint_WithAFlippedBit_IsRefused_AndOneOfBeforeChecksumsIsRead()
    {
        using var folder = new Checkpoints.TemporaryFolder();
        var weights = ViTCheckpoint.Load(TestCases.BeforeChecksums("dense.safetensors"));
        Assert.IsEmpty(weights.Notes);
        ViTCheckpoint.Save(weights, folder["dense.safetensors"]);
        byte[] bytes = File.ReadAllBytes(folder["dense.safetensors"]);
        bytes[^5] ^= 4;
        File.WriteAllBytes(folder["damaged.safetensors"], bytes);

        CollectionAssert.AreEqual(weights.Head.Weight, ViTCheckpoint.Load(folder["dense.safetensors"]).Head.Weight);
        var error = Assert.ThrowsExactly<InvalidDataException>(() => ViTCheckpoint.Load(folder["damaged.safetensors"]));

        StringAssert.Contains(error.Message, "damaged.safetensors");
        StringAssert.Contains(error.Message, "SHA-256");
    }

    [TestMethod]
    public void Load_GivesTheNotesBack_AndAllThatReadsCanBeSaved()
    {
        var noted = new SparseViT(
            Network.Spec, Network.Preprocessing, ["\u0001 \\ \"", "", "ﬀ 🦆"], Network.Weights)
        {
            Notes = ["one", "two \u2028 \""],
        };

        var loaded = SparseViTReader.Read(new MemoryStream(Bytes(noted)));

        CollectionAssert.AreEqual(noted.Notes.ToArray(), loaded.Notes.ToArray());
        CollectionAssert.AreEqual(noted.LabelNames.ToArray(), loaded.LabelNames.ToArray());
        CollectionAssert.AreEqual(Bytes(noted), Bytes(loaded));
    }

    private static byte[] Bytes(SparseViT network)
    {
        using var stream = new MemoryStream();
        network.Save(stream);
        return stream.ToArray();
    }
}
