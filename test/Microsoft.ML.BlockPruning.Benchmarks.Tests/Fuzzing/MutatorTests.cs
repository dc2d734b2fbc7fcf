using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Fuzz.Targets;
using SkiaSharp;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Fuzzing;

/// <summary>Changes that know a format must leave its checksums and lengths right, else nothing behind those is reached.</summary>
[TestClass]
public sealed class MutatorTests
{
    private const int Tries = 300;

    // The check value of CRC-32 (ISO-HDLC) in the catalogue of parametrised CRC algorithms.
    [TestMethod]
    public void Crc32_HasItsCheckValue() => Assert.AreEqual(0xcbf43926, Crc32.Of("123456789"u8));

    [TestMethod]
    public void PngChunkEdit_KeepsChecksums()
    {
        // Skia answers a wrong checksum in the header as it answers no image at all.
        byte[][] changed = Changed(new PngChunkEdit(), Pictures.Png(seed: 1));

        int opened = changed.Count(file =>
        {
            using var codec = SKCodec.Create(new MemoryStream(file));
            return codec is not null;
        });

        Assert.IsGreaterThan(changed.Length / 2, opened);
    }

    [TestMethod]
    public void SafetensorsHeaderEdit_KeepsTheFormatsRules()
    {
        byte[][] changed = Changed(new SafetensorsHeaderEdit(), TinyNetwork.Saved(TinyNetwork.Config()));

        int opened = changed.Count(file =>
        {
            try
            {
                using var read = SafetensorsFile.Read(new MemoryStream(file));
                return true;
            }
            catch (InvalidDataException)
            {
                return false; // a shape of more than the file may hold
            }
        });

        Assert.IsGreaterThan(changed.Length / 2, opened);
    }

    [TestMethod]
    public void ZipEntryEdit_KeepsChecksumsOfEveryEntry()
    {
        foreach (byte[] file in Changed(new ZipEntryEdit(), FittedSeed.Zip).Take(50))
        {
            using var zip = new ZipArchive(new MemoryStream(file));
            foreach (var entry in zip.Entries)
            {
                using var stream = entry.Open();
                stream.CopyTo(Stream.Null); // throws on a wrong checksum
            }
        }
    }

    [TestMethod]
    public void GzipContentEdit_KeepsTheChecksum()
    {
        foreach (byte[] file in Changed(new GzipContentEdit(), GzipContentEdit.Zip([.. Enumerable.Range(0, 40).Select(i => (byte)i)])))
        {
            using var unzipped = new GZipStream(new MemoryStream(file), CompressionMode.Decompress);
            unzipped.CopyTo(Stream.Null);
        }
    }

    [TestMethod]
    public void JsonTreeEdit_MostlyLeavesJson()
    {
        byte[][] changed = Changed(new JsonTreeEdit(), """{"a":[1,2,{"b":"c"}],"d":null,"e":{"f":1.5}}"""u8.ToArray());

        int valid = changed.Count(file =>
        {
            try
            {
                JsonDocument.Parse(file).Dispose();
                return true;
            }
            catch (JsonException)
            {
                return false;
            }
        });

        Assert.IsGreaterThan(changed.Length / 2, valid);
        Assert.Contains(file => Encoding.UTF8.GetString(file).Contains("\\ud800", StringComparison.Ordinal), changed);
    }

    [TestMethod]
    public void Plan_MakesTheSameFilesOfTheSameSeed()
    {
        foreach (var target in FuzzTargets.All)
        {
            byte[][] seeds = [.. target.CorpusFiles().Select(File.ReadAllBytes), [1, 2, 3]];
            Assert.AreEqual(Made(), Made(), target.Name);

            string Made()
            {
                var plan = new MutationPlan(target.Mutators, new Random(3));
                byte[] file = seeds[0];
                for (int i = 0; i < 50; i++)
                {
                    file = plan.Next(file.Length < 1 << 16 ? file : seeds[^1], seeds[i % seeds.Length]);
                }

                return Convert.ToHexString(file);
            }
        }
    }

    private static byte[][] Changed(IMutator mutator, byte[] file)
    {
        var random = new Random(1);
        byte[][] changed =
        [
            .. Enumerable.Range(0, Tries).Select(_ => mutator.TryMutate(file, file, random)).Where(made => made is not null)
                .Select(made => made!).Where(made => !made.SequenceEqual(file)),
        ];
        Assert.IsGreaterThan(Tries / 2, changed.Length);
        return changed;
    }
}
