using System.Text;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers;

/// <summary>A kind of file that is often taken for a checkpoint, told by its first bytes: a row each.</summary>
/// <param name="Pattern">What a file of this kind begins with, its bytes as Latin-1; a group <c>detail</c> goes into the name.</param>
/// <param name="Name">What messages call it; {0} stands for the detail.</param>
/// <param name="WayOut">What to do, without the full stop.</param>
internal sealed partial record ForeignFile(Regex Pattern, string Name, string WayOut)
{
    private const string SaveIt = "Load it in Python and save its state_dict: torch.save(model.state_dict(), ...)";
    private const string Convert = "Give the PyTorch checkpoint (safetensors, .pth or .bin)";
    private const string Page = "The download failed or needs a login";
    private const string Unpack = "Unpack it";

    // A safetensors file begins with a length below 2^27, so its bytes 4 to 7 are zeros: no row may be as short as to fit one of them.
    // The rows of a zip archive and of torch's own pickle are for files of this library alone: where checkpoints are read, these are.
    private static readonly ForeignFile[] Known =
    [
        new(PrunedModel(), "a model that ML.NET saved, such as an already pruned one", "Give the dense checkpoint that it was pruned from"),
        new(Zip(), "a zip archive, as PyTorch's .pth, .pt and .bin files are", SaveIt),
        new(Pickle(), "a Python pickle that torch.save did not write", SaveIt),
        new(Hdf5(), "an HDF5 file, as Keras's are", Convert),
        new(NumPy(), "a NumPy array", Convert),
        new(Gguf(), "a GGUF file", Convert),
        new(Onnx(), "an ONNX model", Convert),
        new(SavedModel(), "a SavedModel of TensorFlow", Convert),
        new(TfLite(), "a TensorFlow Lite model", Convert),
        new(MessagePack(), "a MessagePack file, as Flax's are", Convert),
        new(Gzip(), "a gzip archive", Unpack),
        new(Tar(), "a tar archive", Unpack),
    ];

    // Texts, told after white space and a byte order mark, in whatever case.
    private static readonly ForeignFile[] KnownTexts =
    [
        new(Html(), "an HTML page", Page),
        new(Xml(), "an XML text", Page),
        new(LfsPointer(), "a Git LFS pointer, not the file{0}", "Run git lfs pull"),
        new(Json(), "a JSON text", "Give the file with the tensors"),
    ];

    /// <summary>The kind of a file that begins so; null where it is none that is known.</summary>
    public static ForeignFile? Of(ReadOnlySpan<byte> start)
    {
        string head = Encoding.Latin1.GetString(start);
        string text = head.TrimStart('\u00EF', '\u00BB', '\u00BF', ' ', '\t', '\r', '\n');
        return Find(Known, head) ?? (IsText(head) ? Find(KnownTexts, text) : null);
    }

    private static ForeignFile? Find(ForeignFile[] kinds, string head)
    {
        foreach (var kind in kinds)
        {
            if (kind.Pattern.Match(head) is { Success: true } match)
            {
                string detail = match.Groups["detail"] is { Success: true, Value: var bytes } ? $" ({bytes} bytes)" : "";
                return kind with { Name = kind.Name.Replace("{0}", detail, StringComparison.Ordinal) };
            }
        }

        return null;
    }

    private static bool IsText(string head) => head.All(one => one >= ' ' || one is '\t' or '\r' or '\n');

    [GeneratedRegex(@"\APK\x03\x04.{26}TrainingInfo", RegexOptions.Singleline)]
    private static partial Regex PrunedModel();

    [GeneratedRegex(@"\APK(?:\x03\x04|\x05\x06)")]
    private static partial Regex Zip();

    [GeneratedRegex(@"\A\x80[\x02-\x05](?:\x95.{8}|[\]}()cKMJGNX\x8a\x8c\x88\x89])", RegexOptions.Singleline)]
    private static partial Regex Pickle();

    [GeneratedRegex(@"\A\x89HDF\r\n\x1a\n")]
    private static partial Regex Hdf5();

    [GeneratedRegex(@"\A\x93NUMPY")]
    private static partial Regex NumPy();

    [GeneratedRegex(@"\AGGUF")]
    private static partial Regex Gguf();

    // ir_version, then the producer's name, or the graph at once.
    [GeneratedRegex(@"\A\x08[\x01-\x20](?:\x12[\x01-\x40][A-Za-z]{2}|\x3a[^\0])")]
    private static partial Regex Onnx();

    [GeneratedRegex(@"\A\x08\x01\x12[\x80-\xff]")]
    private static partial Regex SavedModel();

    [GeneratedRegex(@"\A.{4}TFL3", RegexOptions.Singleline)]
    private static partial Regex TfLite();

    // A map of texts.
    [GeneratedRegex(@"\A(?:[\x81-\x8f]|\xde..|\xdf....)(?:[\xa1-\xbf]|\xd9.)[A-Za-z_]", RegexOptions.Singleline)]
    private static partial Regex MessagePack();

    [GeneratedRegex(@"\A\x1f\x8b\x08")]
    private static partial Regex Gzip();

    [GeneratedRegex(@"\A.{257}ustar", RegexOptions.Singleline)]
    private static partial Regex Tar();

    [GeneratedRegex(@"\A<(?:!doctype html|html|head|body)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Html();

    [GeneratedRegex(@"\A<\?xml", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Xml();

    [GeneratedRegex(@"\Aversion https://git-lfs(?:.*\nsize (?<detail>[0-9]{1,19})(?:\r?\n|\z))?", RegexOptions.Singleline)]
    private static partial Regex LfsPointer();

    [GeneratedRegex(@"\A\{")]
    private static partial Regex Json();
}
