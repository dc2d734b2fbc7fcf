using System.Text;
using Microsoft.ML.BlockPruning.Files;

namespace Microsoft.ML.BlockPruning.Sweeps.Journal;

/// <summary>
/// An append-only file of finished trials, one flushed line of JSON each, so that whatever kills a sweep costs only the trial that was
/// running. One process writes at a time.
/// </summary>
internal sealed class TrialJournal : IDisposable
{
    // What a shorter end of a message shows of a line that was cut off.
    private const int ShownCharacters = 40;

    private const string LockSuffix = ".lock";

    private readonly string _path;
    private readonly JournalHeader _header;
    private readonly FileStream _lock;
    private FileStream _stream;
    private readonly Dictionary<Trial, TrialResult> _trials = [];
    private readonly Dictionary<Trial, TrialResult> _finals = [];
    private readonly Dictionary<string, ReferencePoint> _references = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    private TrialJournal(string path, JournalHeader header, FileStream journalLock, FileStream stream)
    {
        _path = path;
        _header = header;
        _lock = journalLock;
        _stream = stream;
    }

    /// <summary>What a reader should know of how the file was found.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Trials that need not be run again.</summary>
    public int Count => _trials.Count;

    /// <summary>Opens or creates a journal and locks it.</summary>
    /// <param name="path">The file; beside it a file of the same name and <c>.lock</c> stays, which is empty.</param>
    /// <param name="identity">Whose trials it is for.</param>
    /// <param name="session">Who is going to write.</param>
    /// <param name="mode">What becomes of the trials in it.</param>
    /// <exception cref="IOException">
    /// Another sweep writes to it, and the message says which; or it cannot be opened, or is a pipe or a device.
    /// </exception>
    /// <exception cref="InvalidDataException">It is no journal, one of another sweep or version, or damaged.</exception>
    public static TrialJournal Open(string path, SweepIdentity identity, JournalSession session, ResumeMode mode)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"Cannot write the journal '{path}': there is no folder '{folder}'.");
        }

        RegularFile.Require(path);
        RegularFile.Require(path + LockSuffix);
        var journalLock = Lock(path);
        FileStream? stream = null;
        TrialJournal? journal = null;
        try
        {
            stream = OpenFile(path);
            journal = new TrialJournal(path, JournalHeader.Of(identity, session), journalLock, stream);
            journal.Begin(mode);
            return journal;
        }
        catch
        {
            journal?.Dispose();
            stream?.Dispose();
            journalLock.Dispose();
            throw;
        }
    }

    public TrialResult? Find(Trial trial) => _trials.GetValueOrDefault(trial);

    /// <summary>Writes a trial down; it is on the disk when this returns.</summary>
    /// <exception cref="IOException">It cannot be written, the disk may be full; the trials before are safe.</exception>
    public void Append(TrialResult result)
    {
        Write(JournalLine.Of(result, _header));
        _trials[result.Trial] = result;
    }

    public TrialResult? FindFinal(Trial trial) => _finals.GetValueOrDefault(trial);

    /// <summary>Writes down the recommended trial with the final refit, apart from the trials.</summary>
    /// <exception cref="IOException">It cannot be written; the trials before are safe.</exception>
    public void AppendFinal(TrialResult result)
    {
        Write(JournalLine.OfFinal(result, _header));
        _finals[result.Trial] = result;
    }

    public ReferencePoint? FindReference(string name) => _references.GetValueOrDefault(name);

    /// <summary>Writes down what trials are compared with.</summary>
    /// <exception cref="IOException">It cannot be written; the lines before are safe.</exception>
    public void Append(ReferencePoint point)
    {
        Write(JournalLine.Of(point));
        _references[point.Name] = point;
    }

    public void Dispose()
    {
        _stream.Dispose();
        _lock.Dispose();
    }

    // The lock is a file of its own: who reads a journal while a sweep writes it is welcome. It stays when the sweep ends, since to remove
    // it could take it from under the next one.
    private static FileStream Lock(string path)
    {
        try
        {
            return new FileStream(path + LockSuffix, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error) when (File.Exists(path))
        {
            string owner = OwnerOf(path) is { } session ? session.ToString() : "another process";
            throw new IOException(
                $"The journal '{path}' is in use by {owner}. Wait until that sweep is done, or give this one a journal of its own.", error);
        }
    }

    // Without a buffer: what a full disk refused must not be tried again, and fail again, when the stream is closed.
    private static FileStream OpenFile(string path) =>
        new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    private static JournalSession? OwnerOf(string path)
    {
        try
        {
            return JournalContent.Read(JsonLines.ReadFile(path, FileShare.ReadWrite), path).Headers is [.., var last] ? last.Session : null;
        }
        catch (InvalidDataException)
        {
            return null; // a damaged line, which its owner will hear of
        }
    }

    private void Begin(ResumeMode mode)
    {
        byte[] bytes = JsonLines.ReadAll(_stream, _path);
        if (mode == ResumeMode.Restart || bytes.Length == 0)
        {
            JournalContent.RequireJournal(bytes, _path); // a name may be mistyped; damaged lines are of no account
            BeginAnew();
        }
        else
        {
            Take(JournalContent.Read(bytes, _path), mode);
            _stream.Seek(0, SeekOrigin.End);
            Write(JournalLine.Of(_header));
        }
    }

    // Killed in between, the old journal is still there, whole.
    private void BeginAnew()
    {
        _stream.Dispose();
        AtomicFile.Write(_path, file => file.Write(Encoding.UTF8.GetBytes(JournalLine.Of(_header) + "\n")));
        _stream = OpenFile(_path);
        _stream.Seek(0, SeekOrigin.End);
    }

    private void Take(JournalContent content, ResumeMode mode)
    {
        string difference = content.Headers.Select(header => _header.Identity.DifferenceTo(header.Identity))
            .FirstOrDefault(found => found.Length > 0, "");
        if (difference.Length > 0)
        {
            throw new InvalidDataException(
                $"The journal '{_path}' is of another sweep: {difference}. Take another file, or begin this one anew with restart.");
        }

        if (content.CutOff is { } cutOff)
        {
            _stream.SetLength(content.WholeBytes);
            string shown = cutOff.Length > ShownCharacters ? cutOff[..ShownCharacters] + "…" : cutOff;
            _notes.Add($"The last line of the journal '{_path}' was half-written and was cut off: {shown}");
        }

        foreach (var point in content.References)
        {
            _references.Add(point.Name, point);
        }

        foreach (var (from, to) in new[] { (content.Trials, _trials), (content.Finals, _finals) })
        {
            foreach (var (trial, result) in from.Where(entry => mode == ResumeMode.Resume || entry.Value.Status != TrialStatus.Failed))
            {
                to.Add(trial, result);
            }
        }
    }

    private void Write(string line)
    {
        long before = _stream.Length;
        try
        {
            _stream.Write(Encoding.UTF8.GetBytes(line + "\n"));
            _stream.Flush(flushToDisk: true);
        }
        catch (Exception error) when (error is IOException or ArgumentOutOfRangeException) // the latter where a file may not grow so long
        {
            CutOff(before);
            throw new IOException(
                $"Cannot write to the journal '{_path}': {error.Message} The trials before are safe in its first {before} bytes.",
                error);
        }
    }

    // A disk that takes no more lets files become shorter; where it does not, the next sweep cuts the half line off.
    private void CutOff(long length)
    {
        try
        {
            _stream.SetLength(length);
        }
        catch (IOException)
        {
        }
    }
}
