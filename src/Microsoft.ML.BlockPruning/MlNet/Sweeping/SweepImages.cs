using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.Runs;
using Microsoft.ML.BlockPruning.Sweeps.Executors;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Sweeping;

/// <summary>Reads what a sweep prunes and judges on out of data views.</summary>
internal sealed class SweepImages(IHost host, InputRequest input, int threads, PruneProgressRelay progress)
{
    private readonly CalibrationReader _reader = new(host, input, progress);
    private readonly long _seed = MlNetHost.SeedOf(host);

    /// <summary>Reads the network, the calibration images and those of the validation set.</summary>
    /// <returns>The one subject, which models are made of too.</returns>
    /// <exception cref="InvalidOperationException">A set is empty, or the validation set lacks labels.</exception>
    public (IReadOnlyList<SweepSubject> Judged, Func<SweepSubject> Whole) ReadSplit(IDataView train)
    {
        var source = Open(train);
        var images = _reader.Read(train, source.Image, source.Label?.Column, source.Weights.Spec, source.Preprocessing, _seed);
        var subject = SubjectOf(source, images.Calibration, ReadLabelled(source));
        return ([subject], () => subject);
    }

    /// <summary>Reads the network, and the images of the validation set as folds.</summary>
    /// <param name="data">The same data.</param>
    /// <param name="folds">How many; rows are dealt out at random by the context's seed, as evenly as can be.</param>
    /// <returns>A subject for each fold, with a copy of the other folds' images; and what makes the one of all images.</returns>
    /// <exception cref="InvalidOperationException">There are fewer images than folds, or a row has no label.</exception>
    public (IReadOnlyList<SweepSubject> Judged, Func<SweepSubject> Whole) ReadFolds(IDataView data, int folds)
    {
        var source = Open(data);
        var all = ReadLabelled(source);
        if (all.Count < folds)
        {
            throw host.Process(new InvalidOperationException($"{all.Count} images cannot make {folds} folds; give as many at least."));
        }

        int[] order = [.. Enumerable.Range(0, all.Count)];
        new Random((int)_seed).Shuffle(order);
        CalibrationSet Calibration(IEnumerable<int> rows) => all.Select(
            [.. rows.Take(input.MaximumCalibrationImages ?? all.Count).Order()],
            input.CalibrationLabels == CalibrationLabels.Column ? all.Labels : null);
        SweepSubject Fold(int fold) => SubjectOf(
            source,
            Calibration(order.Where((_, place) => place % folds != fold)),
            all.Select([.. order.Where((_, place) => place % folds == fold).Order()], all.Labels));
        return (
            [.. Enumerable.Range(0, folds).Select(Fold)],
            () => SubjectOf(source, Calibration(order), all) with { IsValidationUnseen = false });
    }

    /// <summary>Classes and preprocessing of the network that was read; null before.</summary>
    public NetworkFacts? Facts { get; private set; }

    private PruneInput Open(IDataView train)
    {
        var source = PruneInput.Open(host, input, train.Schema);
        Facts = source.Facts;
        source.Classes.Apply(source.Weights);
        return source;
    }

    private CalibrationSet ReadLabelled(PruneInput source)
    {
        var images = _reader.ReadHeldOut(source.HeldOut!, source.Weights.Spec, source.Preprocessing);
        return images.Labels is not null ? images : throw host.Process(new InvalidOperationException(
            $"The validation images have no label column '{input.LabelColumnName}', or a row without a label; "
            + "a sweep judges by top-1."));
    }

    private SweepSubject SubjectOf(PruneInput source, CalibrationSet calibration, CalibrationSet validation) => new(
        source.Weights, calibration, validation, source.Preprocessing, source.Classes.Names, _seed, threads)
    {
        Facts = source.Facts,
    };
}
