using System.Text;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Changes a line of a file of JSON lines as <see cref="JsonTreeEdit"/> does, or moves, repeats or drops one.</summary>
internal sealed class JsonLinesEdit : IMutator
{
    public byte[]? TryMutate(byte[] input, byte[] other, Random random)
    {
        var lines = Encoding.UTF8.GetString(input).Split('\n').ToList();
        int at = random.Next(lines.Count);
        switch (random.Next(8))
        {
            case 0:
                lines.Insert(at, lines[random.Next(lines.Count)]);
                break;
            case 1:
                lines.RemoveAt(at);
                break;
            case 2:
                var more = Encoding.UTF8.GetString(other).Split('\n');
                lines.Insert(at, more[random.Next(more.Length)]);
                break;
            default:
                if (JsonTreeEdit.Edited(lines[at], random) is not { } line)
                {
                    return null;
                }

                lines[at] = line;
                break;
        }

        return Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }
}
