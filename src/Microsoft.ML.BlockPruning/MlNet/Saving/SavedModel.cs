using System.Text;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Scoring;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Runs.Reports;

namespace Microsoft.ML.BlockPruning.MlNet.Saving;

/// <summary>What a transformer's folder in ML.NET's model file holds.</summary>
/// <param name="Settings">Columns and batch size.</param>
/// <param name="Network">The network.</param>
/// <param name="Report">What pruning found; it has no part in scoring, so that a damaged one is left out.</param>
internal sealed record SavedModel(ScoringSettings Settings, SparseViT Network, PruneReport? Report)
{
    /// <summary>The network's stream, which tells our folder from other transformers'.</summary>
    public const string NetworkStream = "SparseViT";

    private const string SettingsStream = "Spec";
    private const string ReportStream = "Report";
    private const int MostSettingsBytes = 1 << 20;
    private const int MostReportBytes = 16 << 20; // a report of a thousand layers has one

    /// <summary>What a user should know about the file: what was left out, what could not be checked.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>What a user should know about the file of a network.</summary>
    public static IEnumerable<string> NotesOn(SparseViT network) => network.IsVerified
        ? []
        : ["The network's file has no checksum, for an earlier version wrote it: damage to it would not show. Saved again it has one."];

    /// <summary>Reads what <see cref="Write"/> wrote, and what earlier versions did.</summary>
    /// <exception cref="FormatException">A stream is missing, too long, or not what was written.</exception>
    /// <exception cref="InvalidDataException">The network is damaged.</exception>
    public static SavedModel Read(ISavedStreams streams)
    {
        var model = ReadWithoutReport(streams, out var checksums);
        var notes = model.Notes.ToList();
        return model with { Report = TryReadReport(streams, checksums, notes), Notes = notes };
    }

    /// <summary>Reads all that scoring needs. No type is looked at by reflection, so that trimming leaves what this needs.</summary>
    /// <exception cref="FormatException">A stream is missing, too long, or not what was written.</exception>
    /// <exception cref="InvalidDataException">The network is damaged.</exception>
    public static SavedModel ReadWithoutReport(ISavedStreams streams) => ReadWithoutReport(streams, out _);

    private static SavedModel ReadWithoutReport(ISavedStreams streams, out StreamChecksums? checksums)
    {
        streams.CheckHeader();
        streams.TryRead(StreamChecksums.StreamName, StreamChecksums.Read, out checksums);
        byte[] spec = Require(streams, SettingsStream, reader => BoundedBytes.Read(reader, MostSettingsBytes, SettingsStream));
        if (checksums?.Fits(SettingsStream, spec) == false)
        {
            throw new FormatException(
                $"The model file is corrupt: its '{SettingsStream}' (columns and batch size) is not what was written. Save it again.");
        }

        using var settings = new BinaryReader(new MemoryStream(spec));
        var network = Require(streams, NetworkStream, reader => SparseViTReader.Read(reader.BaseStream));
        return new SavedModel(ScoringSettings.Read(settings), network, Report: null) { Notes = [.. NotesOn(network)] };
    }

    /// <summary>Writes the folder.</summary>
    public void Write(ModelSaveContext context)
    {
        var checksums = new StreamChecksums();
        MlNetModelFile.WriteHeader(context);
        using (var spec = new MemoryStream())
        {
            using var writer = new BinaryWriter(spec);
            Settings.Write(writer);
            WriteSmall(context, checksums, SettingsStream, spec.ToArray());
        }

        MlNetModelFile.WriteStream(context, NetworkStream, writer => Network.Save(writer.BaseStream));
        if (Report is not null)
        {
            WriteSmall(context, checksums, ReportStream, Encoding.UTF8.GetBytes(Report.ToJson()));
        }

        MlNetModelFile.WriteStream(context, StreamChecksums.StreamName, checksums.Write);
    }

    private static void WriteSmall(ModelSaveContext context, StreamChecksums checksums, string name, byte[] content)
    {
        checksums.Add(name, content);
        MlNetModelFile.WriteStream(context, name, writer => writer.Write(content));
    }

    private static T Require<T>(ISavedStreams streams, string name, Func<BinaryReader, T> read) =>
        streams.TryRead(name, read, out var content)
            ? content
            : throw new FormatException(
                $"The model file is corrupt: it has no '{name}' in the folder of {MlNetModelFile.LoaderSignature}.");

    private static PruneReport? TryReadReport(ISavedStreams streams, StreamChecksums? checksums, List<string> notes)
    {
        try
        {
            if (streams.TryRead(
                ReportStream, reader => BoundedBytes.Read(reader, MostReportBytes, ReportStream), out byte[]? json))
            {
                return checksums?.Fits(ReportStream, json!) != false
                    ? PruneReport.FromJson(Encoding.UTF8.GetString(json!))
                    : throw new InvalidDataException("it is not what was written");
            }

            if (checksums?.Names(ReportStream) == true)
            {
                throw new InvalidDataException("it is missing");
            }
        }
        catch (Exception error) when (error is InvalidDataException or FormatException or IOException)
        {
            notes.Add($"The report of the pruning does not read and was left out; the scores do not depend on it. {error.Message}");
        }

        return null;
    }
}
