using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.MlNet.Interop;

/// <summary>Writes and reads a transformer's folder inside ML.NET's model file.</summary>
internal static class MlNetModelFile
{
    /// <summary>Eight characters, the kind of this folder.</summary>
    public const string ModelSignature = "BLKPRUNE";

    /// <summary>The name under which ML.NET's catalog finds the loader; at most 24 ASCII characters.</summary>
    public const string LoaderSignature = "SparseViTTransform";

    /// <summary>0xMMMMmmmm; raise it with the format, and state in <see cref="Header"/> which readers still understand it.</summary>
    public const uint Version = 0x00010001;

    // The simple name, so that a later version of this library still loads the file.
    private static VersionInfo Header => new(
        ModelSignature, verWrittenCur: Version, verReadableCur: Version, verWeCanReadBack: Version,
        loaderAssemblyName: typeof(MlNetModelFile).Assembly.GetName().Name!, loaderSignature: LoaderSignature);

    /// <summary>Says what the folder is and who loads it: goes first.</summary>
    public static void WriteHeader(ModelSaveContext context) => SetVersionInfo(context, Header);

    /// <summary>Refuses another kind of folder, or one of a version that this library cannot read.</summary>
    public static void CheckHeader(ModelLoadContext context) => context.CheckAtModel(Header);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SaveBinaryStream")]
    public static extern void WriteStream(ModelSaveContext context, string name, Action<BinaryWriter> write);

    /// <summary>Reads one stream of the folder whole, where it is there.</summary>
    public static bool TryReadStream<T>(
        ModelLoadContext context, string name, Func<BinaryReader, T> read, [MaybeNullWhen(false)] out T content)
    {
        T? found = default;
        bool isThere = context.TryLoadBinaryStream(name, reader => found = read(reader));
        content = found;
        return isThere;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "SetVersionInfo")]
    private static extern void SetVersionInfo(ModelSaveContext context, VersionInfo version);
}
