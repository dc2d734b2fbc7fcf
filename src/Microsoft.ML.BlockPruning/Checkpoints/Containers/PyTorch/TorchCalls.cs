using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>The few functions whose calls carry weights (torch/_utils.py, torch/_tensor.py): a row each.</summary>
internal static class TorchCalls
{
    private static readonly Dictionary<(string Module, string Name), Func<object?[], object?>> All = new()
    {
        [("collections", "OrderedDict")] = Dict,
        [("builtins", "dict")] = Dict,
        [("__builtin__", "dict")] = Dict,
        [("collections", "defaultdict")] = _ => new PickledDict(),
        [("torch", "Size")] = arguments => arguments is [PickledTuple or PickledList]
            ? new PickledTuple([.. Items(arguments[0])!])
            : throw new FormatException("has a size that is none"),
        [("torch._utils", "_rebuild_tensor")] = Tensor,
        [("torch._utils", "_rebuild_tensor_v2")] = Tensor,
        [("torch._utils", "_rebuild_tensor_v3")] = TypedTensor,
        [("torch._utils", "_rebuild_parameter")] = First,
        [("torch._utils", "_rebuild_parameter_with_state")] = First,
        [("torch._tensor", "_rebuild_from_type_v2")] = OfType,
        [("copy_reg", "_reconstructor")] = Instance,
        [("copyreg", "_reconstructor")] = Instance,
    };

    // Of these a dict of tensors may hold a value: settings beside the weights.
    private static readonly string[] Company =
    [
        "argparse.", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar", "numpy.dtype", "_codecs.encode",
        "pytorch_lightning.utilities.parsing.AttributeDict", "lightning.", "lightning_fabric.", "yacs.config.", "omegaconf.",
        "torch.device", "collections.", "pathlib.", "datetime.", "builtins.set", "builtins.object",
    ];

    /// <summary>What a call of a function stands for; null where the function is not known.</summary>
    public static Func<object?[], object?>? Of(GlobalName function) => All.GetValueOrDefault((function.Module, function.Name));

    /// <summary>Whether a value of such a class is none of the network's.</summary>
    public static bool IsCompany(GlobalName name) =>
        (name.Module == "torch" && TorchType.OfName(name.Name) is not null)
        || Company.Any(known => $"{name}".StartsWith(known, StringComparison.Ordinal));

    private static PickledDict Dict(object?[] arguments)
    {
        var dict = new PickledDict();
        if (arguments is [PickledDict other])
        {
            dict.Entries.AddRange(other.Entries);
        }

        foreach (object? pair in Items(arguments.FirstOrDefault()) ?? [])
        {
            dict.Entries.Add(Items(pair) is [var key, var value] ? new(key, value) : throw new FormatException("has a dict of no pairs"));
        }

        return dict;
    }

    private static IReadOnlyList<object?>? Items(object? value) => value switch
    {
        PickledList list => list.Items,
        PickledTuple tuple => tuple.Items,
        _ => null,
    };

    private static PickledTensor Tensor(object?[] arguments) =>
        arguments is [StorageId storage, long offset, PickledTuple shape, PickledTuple strides, ..]
            ? new PickledTensor(storage, storage.Type, offset, Sides(shape), Sides(strides))
            : throw new FormatException("has a tensor of no storage");

    private static PickledTensor TypedTensor(object?[] arguments) =>
        arguments is [_, _, _, _, _, _, GlobalName { Module: "torch" } type, ..]
            ? Tensor(arguments) with { Type = TorchType.OfName(type.Name) ?? new TorchType(type.Name, type.Name, 1) }
            : throw new FormatException("has a tensor of no type");

    private static PickledTensor First(object?[] arguments) =>
        arguments is [PickledTensor tensor, ..] ? tensor : throw new FormatException("has a parameter without a tensor");

    // (function, class, its arguments, state): a tensor of a class of its own, whose class is passed over.
    private static object? OfType(object?[] arguments) =>
        arguments is [GlobalName function, GlobalName type, PickledTuple inner, ..]
            ? Of(function) is { } call && function.Module == "torch._utils" ? call(inner.Items) : new InertValue(type)
            : throw new FormatException("has a tensor of no class");

    private static InertValue Instance(object?[] arguments) =>
        arguments is [GlobalName type, ..] ? new InertValue(type) : throw new FormatException("has an instance of no class");

    private static long[] Sides(PickledTuple sides) =>
        [.. sides.Items.Select(side => side is long and >= 0 ? (long)side : throw new FormatException("has a tensor of a negative side"))];
}
