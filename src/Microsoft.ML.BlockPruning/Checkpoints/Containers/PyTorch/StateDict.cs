using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>The dict of tensors among what a checkpoint holds.</summary>
/// <param name="Entries">Names and values.</param>
/// <param name="Notes">Which it is, where there was a choice.</param>
internal sealed record StateDict(PickledDict Entries, IReadOnlyList<string> Notes)
{
    private const int Most = 5; // names in a note

    // As timm takes them (timm/models/_helpers.py, load_state_dict): averaged weights are those that it scores. ema and module: as
    // training loops with an ModelEmaV2-like object write them.
    private static readonly string[] Keys = ["state_dict_ema", "model_ema", "ema", "state_dict", "model", "module"];

    /// <summary>Chooses among what a pickle made.</summary>
    /// <exception cref="InvalidDataException">There is no dict of tensors, or several that are nothing to choose by.</exception>
    public static StateDict Of(object? root, string source)
    {
        var (entries, path, others) = (DictOf(root, source), "", new List<string>());
        for (int depth = 0; depth < 3 && Inner(entries, source) is { } inner; depth++)
        {
            others.AddRange(entries.Named.Where(entry => entry.Key != inner.Key).Select(entry => $"'{path}{entry.Key}'"));
            (entries, path) = (inner.Entries, $"{path}{inner.Key}.");
        }

        if (!HasTensors(entries))
        {
            throw new InvalidDataException(
                $"{source} holds no dict of tensors: found {Some(entries.Named.Select(entry => $"'{path}{entry.Key}'"))}. "
                + "Save the network's state_dict: torch.save(model.state_dict(), ...).");
        }

        string rest = others.Count > 0 ? $"; {Some(others)} beside it {(others.Count == 1 ? "is" : "are")} not read" : "";
        return new StateDict(entries, path.Length > 0 ? [$"The weights are those under '{path.TrimEnd('.')}' in the file{rest}."] : []);
    }

    private static PickledDict DictOf(object? root, string source) => root switch
    {
        PickledDict dict => dict,
        InertValue module => throw WholeModule(module.Of, source),
        _ => throw new InvalidDataException(
            $"{source} holds one value and no dict of tensors. Save the network's state_dict: torch.save(model.state_dict(), ...)."),
    };

    /// <summary>The dict within a dict that is to be taken in its place; null where it is to be taken itself.</summary>
    private static (string Key, PickledDict Entries)? Inner(PickledDict dict, string source)
    {
        string? key = Array.Find(Keys, key => dict.Find(key) is PickledDict { Entries.Count: > 0 });
        if (key is null && HasTensors(dict))
        {
            return null;
        }

        if (key is null && Keys.Select(dict.Find).OfType<InertValue>().FirstOrDefault() is { } module)
        {
            throw WholeModule(module.Of, source);
        }

        if (key is null)
        {
            // Under a name of the trainer's own, such as model_state_dict.
            string[] others =
                [.. dict.Named.Where(entry => entry.Value is PickledDict inner && HasTensors(inner)).Select(entry => entry.Key)];
            key = others.Length <= 1 ? others.FirstOrDefault() : throw new InvalidDataException(
                $"{source} holds several dicts of tensors, {Some(others.Select(other => $"'{other}'"))}, and nothing tells which one is "
                + "meant. Save one of them: torch.save(checkpoint['...'], ...).");
        }

        return key is null ? null : (key, (PickledDict)dict.Find(key)!);
    }

    private static bool HasTensors(PickledDict dict) => dict.Named.Any(entry => entry.Value is PickledTensor);

    private static string Some(IEnumerable<string> names)
    {
        string[] all = [.. names];
        string rest = all.Length > Most ? $" and {all.Length - Most} more" : "";
        return all.Length == 0 ? "nothing" : string.Join(", ", all.Take(Most)) + rest;
    }

    private static InvalidDataException WholeModule(GlobalName type, string source) => new(
        $"{source} holds a whole module ({type}), not a state_dict: to read it Python would run that class. Load it where it was made and "
        + "save model.state_dict().");
}
