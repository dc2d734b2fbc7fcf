namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>The inputs that new ones are made of, and which branches each reached.</summary>
internal sealed class InputPool(Random random)
{
    private const int LargestParent = 1 << 16;
    private const int LargestCorpus = 24;
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);
    private readonly List<(byte[] Input, int[] Branches)> _inputs = [];
    private readonly List<byte[]> _parents = [];
    private readonly List<byte[]> _read = [];

    public int Count => _inputs.Count;

    /// <summary>Adds an input. One that is large or slow is counted, and not changed further: a minute is worth more elsewhere.</summary>
    public void Add(byte[] input, int[] branches, TimeSpan took, bool wasRead)
    {
        _inputs.Add((input, branches));
        if (_parents.Count == 0 || (input.Length <= LargestParent && took < Slow))
        {
            _parents.Add(input);
            if (wasRead)
            {
                _read.Add(input);
            }
        }
    }

    /// <summary>One of them; later ones, which reached what others had not, more often, and every other time one that was read.</summary>
    public byte[] Draw() => random.Next(2) == 0 && _read.Count > 0 ? DrawOf(_read) : DrawOf(_parents);

    /// <summary>Few inputs that together reach as many branches as so many can.</summary>
    public IEnumerable<byte[]> Smallest()
    {
        var missing = _inputs.SelectMany(input => input.Branches).ToHashSet();
        var left = _inputs.Where(input => input.Input.Length <= LargestParent).OrderBy(input => input.Input.Length).ToList();
        for (int i = 0; i < LargestCorpus && missing.Count > 0 && left.Count > 0; i++)
        {
            var best = left.MaxBy(input => input.Branches.Count(missing.Contains));
            if (!best.Branches.Any(missing.Contains))
            {
                yield break;
            }

            missing.ExceptWith(best.Branches);
            left.Remove(best);
            yield return best.Input;
        }
    }

    private byte[] DrawOf(List<byte[]> inputs) => inputs[random.Next(3) == 0
        ? random.Next(inputs.Count)
        : inputs.Count - 1 - (int)(inputs.Count * Math.Pow(random.NextDouble(), 3))];
}
