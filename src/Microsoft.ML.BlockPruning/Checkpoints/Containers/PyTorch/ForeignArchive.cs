using Microsoft.ML.BlockPruning.Checkpoints.Containers.Zip;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>A kind of zip archive that is no file of tensors, told by its entries: a row each, the first that fits.</summary>
/// <param name="IsOne">Whether an entry of this name makes it one.</param>
/// <param name="Name">What messages call it.</param>
/// <param name="WayOut">What to do, without the full stop.</param>
internal sealed record ForeignArchive(Func<string, bool> IsOne, string Name, string WayOut)
{
    private static readonly ForeignArchive[] Known =
    [
        new(
            name => name.EndsWith("/constants.pkl", StringComparison.Ordinal) || name.Contains("/code/", StringComparison.Ordinal),
            "a TorchScript archive, which holds a program",
            "Load it in Python (torch.jit.load) and save its state_dict: torch.save(model.state_dict(), ...)"),
        new(
            name => name.StartsWith("TrainingInfo", StringComparison.Ordinal),
            "a model that ML.NET saved, such as an already pruned one",
            "Give the dense checkpoint that it was pruned from"),
        new(
            name => name.EndsWith(".npy", StringComparison.Ordinal),
            "an archive of NumPy arrays (.npz), as JAX's checkpoints are",
            "Give the PyTorch checkpoint, which timm and Hugging Face have of the same network"),
        new(
            name => name == "model.weights.h5",
            "a Keras archive",
            "Give the PyTorch checkpoint"),
    ];

    private static readonly ForeignArchive Other = new(
        _ => true, "a zip archive that torch did not write (there is no data.pkl)",
        "If the checkpoint is packed in it, unpack it; else fetch it again");

    /// <summary>Whether an entry is the pickle of a file of torch's: in a folder of any name.</summary>
    public static bool IsPickle(string name) =>
        name.EndsWith("/data.pkl", StringComparison.Ordinal) && name.IndexOf('/', StringComparison.Ordinal) == name.LastIndexOf('/');

    /// <summary>The kind of an archive; null where it is torch's.</summary>
    public static ForeignArchive? Of(IReadOnlyDictionary<string, ZipPlace> entries) =>
        Array.Find(Known, kind => entries.Keys.Any(kind.IsOne)) ?? (entries.Keys.Any(IsPickle) ? null : Other);
}
