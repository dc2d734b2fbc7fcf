using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Children;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.BlockPruning.Sweeps.Journal;
using Microsoft.ML.BlockPruning.Torch;

namespace Microsoft.ML.BlockPruning;

/// <summary>What the trials of a <see cref="SparsitySweep"/> prune and are judged on, for an executor of another package.</summary>
/// <remarks>
/// It travels as files: <see cref="Save"/> here, <see cref="OpenExecutor"/> where the trials run, in another process or on another machine
/// with the same version of this library. <see cref="Identity"/> says whether what is there already is the same.
/// </remarks>
public sealed class TrialSubject
{
    private readonly SweepSubject _subject;
    private readonly PruneRequest _shared;
    private readonly Lazy<string> _identity;

    internal TrialSubject(SweepSubject subject, PruneRequest shared)
    {
        _subject = subject;
        _shared = shared;
        _identity = new Lazy<string>(() => SubjectHash.Of(
            subject.IdentityWith($"{MethodText.Of(shared)}; {subject.Threads} threads", typeof(TrialSubject).Assembly.FullName!)));
    }

    /// <summary>SHA-256 of network, images, labels, seed, threads and all options that no trial chooses, hexadecimal.</summary>
    public string Identity => _identity.Value;

    /// <summary>Number of calibration images.</summary>
    public int CalibrationImages => _subject.Calibration.Count;

    /// <summary>Number of validation images.</summary>
    public int ValidationImages => _subject.Validation.Count;

    /// <summary>Writes network, images and options as files; images as float32, 602,112 bytes each of 3x224x224.</summary>
    /// <param name="folder">An existing folder; files of an earlier call are overwritten.</param>
    /// <exception cref="IOException">The folder is missing or the disk is full.</exception>
    public void Save(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        SubjectFolder.Write(_subject, folder);
        RequestFile.Write(_shared, folder);
    }

    /// <summary>Reads what <see cref="Save"/> wrote, and makes what runs trials with it in this process.</summary>
    /// <param name="folder">The folder.</param>
    /// <returns>The executor. It calibrates once for each block, criterion and number of images, and keeps that in memory.</returns>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="InvalidDataException">A file is damaged; names it.</exception>
    /// <exception cref="NotSupportedException">libtorch cannot be loaded.</exception>
    public static ITrialExecutor OpenExecutor(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        LibTorch.EnsureLoaded();
        return new LocalExecutor(SubjectFolder.Read(folder), RequestFile.Read(folder), CancellationToken.None);
    }
}
