using System.Text;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>A kind of file that is often taken for a checkpoint, told by its first bytes: a row each.</summary>
/// <param name="Pattern">The first characters, as Latin-1; a dot stands for any byte.</param>
/// <param name="Name">What messages call it.</param>
/// <param name="WayOut">What to do, without the full stop.</param>
internal sealed record ForeignFile(string Pattern, string Name, string WayOut)
{
    private const string SaveIt = "Load it in Python and save its state_dict with safetensors.torch.save_file";
    private const string Convert = "Give the PyTorch checkpoint, saved as safetensors";
    private const string Page = "The download failed or needs a login";

    // A safetensors file begins with a length below 2^27, so its bytes 4 to 7 are zeros: no row may be as short as to fit one of them.
    private static readonly ForeignFile[] Known =
    [
        new(
            "PK\u0003\u0004..........................TrainingInfo", "a model that ML.NET saved, such as an already pruned one",
            "Give the dense checkpoint that it was pruned from"),
        new("PK\u0003\u0004", "a zip archive, as PyTorch's .pth, .pt and .bin files are", SaveIt),
        new("PK\u0005\u0006", "an empty zip archive", "Fetch it again"),
        new("\u0080\u0002\u008A\u000Al\u00FC\u009CF", "a pickle, as PyTorch's old .pth files are", SaveIt),
        new("\u0080.\u0095........", "a Python pickle", SaveIt),
        new("\u0080\u0002}q", "a Python pickle", SaveIt),
        new("\u0080\u0002c", "a Python pickle", SaveIt),
        new("\u0089HDF\r\n\u001A\n", "an HDF5 file, as Keras's are", Convert),
        new("\u0093NUMPY", "a NumPy array", Convert),
        new("GGUF", "a GGUF file", Convert),
        new("\b.\u0012.pytorch", "an ONNX model", Convert),
    ];

    // Texts, told after white space and a byte order mark, in whatever case.
    private static readonly ForeignFile[] KnownTexts =
    [
        new("<!doctype html", "an HTML page", Page),
        new("<html", "an HTML page", Page),
        new("<?xml", "an XML text", Page),
        new("version https://git-lfs", "a Git LFS pointer, not the file", "Run git lfs pull"),
        new("{", "a JSON text", "Give the file with the tensors"),
    ];

    /// <summary>The kind of a file that begins so; null where it is none that is known.</summary>
    public static ForeignFile? Of(ReadOnlySpan<byte> start)
    {
        string head = Encoding.Latin1.GetString(start);
        string text = head.TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n').ToLowerInvariant();
        return Array.Find(Known, kind => kind.IsBeginOf(head))
            ?? (IsText(head) ? Array.Find(KnownTexts, kind => kind.IsBeginOf(text)) : null);
    }

    private static bool IsText(string head) => head.All(one => one >= ' ' || one is '\t' or '\r' or '\n');

    private bool IsBeginOf(string head) => head.Length >= Pattern.Length
        && !Pattern.Where((expected, i) => expected != '.' && expected != head[i]).Any();
}
