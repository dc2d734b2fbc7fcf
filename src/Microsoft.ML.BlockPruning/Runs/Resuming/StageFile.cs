using System.Globalization;
using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.Checkpoints.Containers;

namespace Microsoft.ML.BlockPruning.Runs.Resuming;

/// <summary>What an earlier run has kept of one stage. Everything is held against what is expected before it is used.</summary>
internal sealed class StageFile : IDisposable
{
    public const string VersionKey = "pruning state version";
    public const string Version = "1";

    private const int WordsOfNumber = 2;
    private readonly string _path;
    private readonly ITensorFile _file;

    /// <summary>Opens it and reads its header.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or of another version.</exception>
    public StageFile(string path)
    {
        _path = path;
        try
        {
            _file = OwnFile.Open(path);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{damaged.Message} {NextStep(path)}", damaged);
        }

        try
        {
            Require(VersionKey, Version);
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Checks that it is of a run.</summary>
    /// <exception cref="InvalidDataException">It is of another one; names what differs.</exception>
    public void Require(IReadOnlyDictionary<string, string> identity)
    {
        foreach (var (key, value) in identity)
        {
            Require(key, value);
        }
    }

    /// <summary>Checks that it is what was written.</summary>
    /// <exception cref="InvalidDataException">It is not.</exception>
    public void VerifyChecksum()
    {
        bool isNamed;
        try
        {
            isNamed = _file.VerifyChecksum();
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{damaged.Message} {NextStep(_path)}", damaged);
        }

        if (!isNamed)
        {
            throw Invalid("it names no SHA-256");
        }
    }

    /// <summary>Whether it holds a tensor.</summary>
    public bool Has(string name) => _file.Find(name) is not null;

    /// <summary>Rows of a tensor; 0 where there is none.</summary>
    public long CountOf(string name) => _file.Find(name) is { Shape: [var rows, ..] } ? rows : 0;

    /// <summary>A free string.</summary>
    /// <exception cref="InvalidDataException">There is none of that name.</exception>
    public string Text(string key) => _file.Metadata.GetValueOrDefault(key) ?? throw Invalid($"it has no '{key}'");

    /// <summary>A number that was written as text.</summary>
    /// <exception cref="InvalidDataException">There is none of that name, or it is no finite number.</exception>
    public double Number(string key) => double.TryParse(Text(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value)
        && double.IsFinite(value) ? value : throw Invalid($"'{key}' is '{Text(key)}', expected a number");

    /// <summary>A tensor of float32.</summary>
    /// <exception cref="InvalidDataException">There is none of that name and length, or a number is not finite.</exception>
    public float[] Singles(string name, long count)
    {
        RequireTensor(name, FormattableString.Invariant($"F32 [{count}]"));
        float[] values = _file.ReadSingles(name);
        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        return wrong < 0 ? values : throw NotFinite(name, values[wrong]);
    }

    /// <summary>A tensor of float64, bit for bit.</summary>
    /// <exception cref="InvalidDataException">There is none of that name and length, or a number is not finite.</exception>
    public double[] Doubles(string name, long count)
    {
        RequireTensor(name, FormattableString.Invariant($"I32 [{count}, {WordsOfNumber}]"));
        int[] words = _file.ReadInt32s(name);
        double[] values = new double[count];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BitConverter.Int64BitsToDouble(((long)words[WordsOfNumber * i] << 32) | (uint)words[(WordsOfNumber * i) + 1]);
            if (!double.IsFinite(values[i]))
            {
                throw NotFinite(name, values[i]);
            }
        }

        return values;
    }

    /// <summary>Numbers in the form that <see cref="Doubles"/> reads.</summary>
    public static (int[] Shape, int[] Words) WordsOf(IReadOnlyList<double> values)
    {
        int[] words = new int[checked(WordsOfNumber * values.Count)];
        for (int i = 0; i < values.Count; i++)
        {
            long bits = BitConverter.DoubleToInt64Bits(values[i]);
            (words[WordsOfNumber * i], words[(WordsOfNumber * i) + 1]) = ((int)(bits >> 32), (int)bits);
        }

        return ([values.Count, WordsOfNumber], words);
    }

    /// <summary>The refusal of what it holds.</summary>
    /// <param name="what">What was found and what was expected.</param>
    public InvalidDataException Invalid(string what) => new($"Pruning cannot go on from '{_path}': {what}. {NextStep(_path)}");

    public void Dispose() => _file.Dispose();

    private InvalidDataException NotFinite(string name, double value) =>
        Invalid($"tensor '{name}' holds {value}, expected finite numbers");

    private void RequireTensor(string name, string expected)
    {
        string? found = _file.Find(name)?.Describe();
        if (found != expected)
        {
            throw Invalid($"tensor '{name}' is {found ?? "missing"}, expected {expected}");
        }
    }

    private void Require(string key, string expected)
    {
        string found = _file.Metadata.GetValueOrDefault(key, "missing");
        if (found != expected)
        {
            throw new InvalidDataException(
                $"Pruning cannot go on from '{_path}': {key} is {found} there, but {expected} in this run. Prune the same network with the "
                + "same options and images, name another CheckpointFolder, or delete this one to start anew.");
        }
    }

    private static string NextStep(string path) => $"Delete '{Path.GetFileName(path)}' to do that stage anew.";
}
