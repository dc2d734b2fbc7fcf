using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>What a sweep prunes and judges.</summary>
/// <param name="Dense">The dense network; not changed.</param>
/// <param name="Calibration">What pruning sees.</param>
/// <param name="Validation">What trials are judged on, with labels.</param>
/// <param name="Preprocessing">What is done to an image first.</param>
/// <param name="LabelNames">[numClasses], in the order of the logits.</param>
/// <param name="Seed">Seeds the pruning.</param>
/// <param name="Threads">Threads that score.</param>
internal sealed record SweepSubject(
    NetworkWeights Dense, CalibrationSet Calibration, CalibrationSet Validation, ImagePreprocessing Preprocessing,
    IReadOnlyList<string> LabelNames, long Seed, int Threads)
{
    /// <summary>Classes and preprocessing for the reports of its models.</summary>
    public NetworkFacts Facts { get; init; } = new([], []);

    /// <summary>Whether no pruning sees the validation images; where a model is pruned with all images of folds it does.</summary>
    public bool IsValidationUnseen { get; init; } = true;

    /// <summary>The network for a run.</summary>
    public DenseModel Model => new(Dense, Preprocessing, LabelNames, Facts);

    /// <summary>The images of a run that calibrates with some of them.</summary>
    public CalibrationImages ImagesWith(CalibrationSet calibration) =>
        new(calibration, IsValidationUnseen ? Validation : null, Unlabelled: 0);

    /// <summary>The identity of a sweep over it.</summary>
    /// <param name="method">Everything else that a result depends on.</param>
    /// <param name="library">Version of this library.</param>
    public SweepIdentity IdentityWith(string method, string library) =>
        new(SubjectHash.Of(Dense), SubjectHash.Of(Calibration, Validation), method, Seed, library);
}
