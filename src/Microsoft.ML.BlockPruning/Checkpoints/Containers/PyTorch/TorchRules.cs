using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>What torch's pickles name and call, as descriptions of tensors and dicts; everything else is inert.</summary>
/// <param name="source">What messages call the file.</param>
internal sealed class TorchRules(string source) : IPickleRules
{
    private readonly Dictionary<string, StorageId> _storages = new(StringComparer.Ordinal);

    /// <summary>Every storage that was spoken of, by key.</summary>
    public IReadOnlyDictionary<string, StorageId> Storages => _storages;

    /// <inheritdoc/>
    public void Check(GlobalName name)
    {
        if (ForbiddenNames.Contains(name))
        {
            throw new InvalidDataException(
                $"{source}: the pickle asks for {name}, which no network needs: it is refused, and nothing was run. Do not load this file "
                + "with other programs.");
        }
    }

    /// <inheritdoc/>
    public object? Call(GlobalName function, object?[] arguments) => TorchCalls.Of(function) is { } call
        ? call(arguments)
        : new InertValue(function);

    /// <summary>A storage: ('storage', its class, key, place, elements); a sixth part is a view's in files before torch 0.4.</summary>
    public object? Persistent(object? id)
    {
        if (id is not PickledTuple { Items: ["storage", GlobalName type, var key, _, long elements, ..] } tuple || elements < 0
            || tuple.Items is [_, _, _, _, _, not null, ..])
        {
            throw new FormatException("has a storage that is none");
        }

        // A class that is not known is no fault before a tensor that is taken needs it.
        var storage = new StorageId(
            TorchType.OfStorage(type.Name) ?? new TorchType(type.ToString(), type.Name, 1),
            key as string ?? throw new FormatException("has a storage without a key"),
            elements);
        _storages.TryAdd(storage.Key, storage);
        return storage;
    }
}
