using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A sweep's subject as files, on its way to another process of this machine: network, images as float32, the rest.</summary>
internal static class SubjectFolder
{
    private const string NetworkFile = "dense.safetensors";
    private const string SubjectFile = "subject.json";
    private const string CalibrationFile = "calibration.f32";
    private const string ValidationFile = "validation.f32";

    /// <summary>Writes into a folder.</summary>
    /// <exception cref="IOException">The disk is full.</exception>
    public static void Write(SweepSubject subject, string folder)
    {
        using (var network = File.Create(Path.Combine(folder, NetworkFile)))
        {
            subject.Model.ToNetwork().Save(network);
        }

        WriteImages(subject.Calibration, Path.Combine(folder, CalibrationFile));
        WriteImages(subject.Validation, Path.Combine(folder, ValidationFile));
        var rest = new SubjectFacts(
            subject.Calibration.Count, subject.Validation.Count, subject.Seed, subject.Threads, subject.Calibration.Labels,
            subject.Validation.Labels, subject.Facts);
        File.WriteAllText(Path.Combine(folder, SubjectFile), JsonSerializer.Serialize(rest, SweepJson.Form));
    }

    /// <summary>Reads what <see cref="Write"/> has written; the same to the bit.</summary>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; names it.</exception>
    public static SweepSubject Read(string folder)
    {
        string path = Path.Combine(folder, NetworkFile);
        using var stream = File.OpenRead(path);
        var network = SparseViTReader.Read(stream, $"'{path}'");
        var facts = ReadFacts(Path.Combine(folder, SubjectFile));
        var dense = network.ToWeights();
        CalibrationSet Images(string name, int count, int[]? labels)
        {
            float[] pixels = ReadImages(Path.Combine(folder, name), count, dense.Spec);
            try
            {
                return new CalibrationSet(dense.Spec, pixels, count, labels);
            }
            catch (ArgumentException error)
            {
                throw new InvalidDataException($"The sweep's file '{Path.Combine(folder, name)}' is damaged: {error.Message}", error);
            }
        }

        return new SweepSubject(
            dense, Images(CalibrationFile, facts.Calibration, facts.CalibrationLabels),
            Images(ValidationFile, facts.Validation, facts.ValidationLabels), network.Preprocessing, network.LabelNames, facts.Seed,
            facts.Threads)
        {
            Facts = facts.Facts ?? new NetworkFacts([], []),
        };
    }

    // The counts are held against the files' lengths before anything is taken by them.
    private static SubjectFacts ReadFacts(string path)
    {
        try
        {
            var facts = SweepJson.Read<SubjectFacts>(SweepJson.Parse(File.ReadAllBytes(path)));
            return facts is { Calibration: > 0, Validation: > 0, Threads: > 0 and <= ScoringLimits.Threads }
                ? facts
                : throw new JsonException(
                    $"it counts {facts.Calibration} and {facts.Validation} images and {facts.Threads} threads, expected 1 or more "
                    + $"and at most {ScoringLimits.Threads} threads");
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"The sweep's file '{path}' is damaged: {error.Message}", error);
        }
    }

    // Image by image: the bytes of all of them may be more than one span holds.
    private static void WriteImages(CalibrationSet images, string path)
    {
        using var file = File.Create(path);
        for (int image = 0; image < images.Count; image++)
        {
            file.Write(MemoryMarshal.AsBytes(images.ImageAt(image)));
        }
    }

    private static float[] ReadImages(string path, int count, NetworkSpec spec)
    {
        using var file = File.OpenRead(path);
        long values = (long)count * spec.ImageDim;
        long bytes = BlockCodecs.Float32.BytesOf(values);
        if (file.Length != bytes || values > Array.MaxLength)
        {
            throw new InvalidDataException(
                $"The sweep's file '{path}' has {file.Length} bytes, expected {bytes}: {count} images of "
                + $"{spec.ImageDim} values, and no more than {Array.MaxLength} values.");
        }

        float[] images = new float[values];
        for (int image = 0; image < count; image++)
        {
            file.ReadExactly(MemoryMarshal.AsBytes(images.AsSpan(image * spec.ImageDim, spec.ImageDim)));
        }

        return images;
    }
}

/// <summary>What a subject's network and images do not say.</summary>
internal sealed record SubjectFacts(
    int Calibration, int Validation, long Seed, int Threads, int[]? CalibrationLabels = null, int[]? ValidationLabels = null,
    NetworkFacts? Facts = null);
