namespace Microsoft.ML.BlockPruning.Tests.Gates;

/// <summary>Who uses whom in a ring: the strongly connected parts of a graph (Tarjan, SIAM J. Comput. 1972).</summary>
internal sealed class Circles
{
    private readonly ILookup<string, string> _uses;
    private readonly Dictionary<string, int> _number = [];
    private readonly Dictionary<string, int> _lowest = [];
    private readonly Stack<string> _open = [];
    private readonly List<string[]> _found = [];

    private Circles(IEnumerable<(string From, string To)> uses) => _uses = uses.Distinct().ToLookup(use => use.From, use => use.To);

    /// <summary>The circles of two and more, each by its members.</summary>
    public static IReadOnlyList<string[]> Of(IEnumerable<(string From, string To)> uses)
    {
        var circles = new Circles(uses);
        foreach (var node in circles._uses.Where(node => !circles._number.ContainsKey(node.Key)))
        {
            circles.Visit(node.Key);
        }

        return circles._found;
    }

    private void Visit(string node)
    {
        _number[node] = _lowest[node] = _number.Count;
        _open.Push(node);
        foreach (string used in _uses[node])
        {
            if (!_number.TryGetValue(used, out int number))
            {
                Visit(used);
                _lowest[node] = Math.Min(_lowest[node], _lowest[used]);
            }
            else if (_open.Contains(used))
            {
                _lowest[node] = Math.Min(_lowest[node], number);
            }
        }

        if (_lowest[node] == _number[node])
        {
            var members = new List<string>();
            do
            {
                members.Add(_open.Pop());
            }
            while (members[^1] != node);
            if (members.Count > 1)
            {
                _found.Add([.. members]);
            }
        }
    }
}
