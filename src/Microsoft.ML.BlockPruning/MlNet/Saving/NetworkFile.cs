using System.IO.Compression;
using Microsoft.ML.BlockPruning.Files;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>The file of a pruned network in either form: a model (zip) that ML.NET reads too, or the network alone (safetensors).</summary>
internal static class NetworkFile
{
    private const int StartBytes = 512;

    /// <summary>Reads what scoring needs, without ML.NET.</summary>
    /// <param name="path">The file; its first bytes tell the form.</param>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    /// <exception cref="InvalidDataException">It is damaged, or holds no pruned network; says what it is.</exception>
    public static SavedModel Read(string path) => Read(path, SavedModel.ReadWithoutReport);

    /// <summary>Reads the report of the pruning too.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static SavedModel ReadWithReport(string path) => Read(path, SavedModel.Read);

    /// <summary>Whether a file is of either form, as its first bytes say; what is damaged further on is for reading it to say.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read, or is a pipe, a device or a folder.</exception>
    /// <exception cref="UnauthorizedAccessException">This process may not read it.</exception>
    public static bool Takes(string path)
    {
        using var file = RegularFile.Open(path, FileShare.Read | FileShare.Delete);
        return IsZip(file) ? !IsForeign(file) : SparseViTReader.Takes(file);
    }

    private static SavedModel Read(string path, Func<ISavedStreams, SavedModel> readModel)
    {
        using var file = RegularFile.Open(path, FileShare.Read | FileShare.Delete);
        if (!IsZip(file))
        {
            var network = SparseViTReader.Read(file, $"'{path}'");
            return new SavedModel(ScoringSettings.Standard, network, Report: null) { Notes = [.. SavedModel.NotesOn(network)] };
        }

        ModelZip.Check(file, path);
        file.Position = 0;
        using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
        var streams = ZipStreams.Find(zip, path);
        try
        {
            return readModel(streams);
        }
        catch (Exception error) when (error is FormatException or InvalidDataException or EndOfStreamException)
        {
            throw new InvalidDataException($"The model '{path}' cannot be loaded: {error.Message}", error);
        }
    }

    // A damaged one has no entries to tell by: torch's begins with its pickle.
    private static bool IsForeign(FileStream file)
    {
        try
        {
            using var zip = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);
            return ZipStreams.IsForeign(zip);
        }
        catch (Exception error) when (ModelZip.IsDamage(error))
        {
            byte[] start = new byte[StartBytes];
            file.Position = 0;
            return start.AsSpan(0, file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)).IndexOf("/data.pkl"u8) >= 0;
        }
    }

    private static bool IsZip(FileStream file)
    {
        Span<byte> start = stackalloc byte[4];
        int read = file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        file.Position = 0;
        return start[..read].StartsWith("PK"u8);
    }
}
