using Microsoft.ML.BlockPruning.Calibration;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.MlNet.Progress;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Columns;

/// <summary>Reads the calibration images out of a data view; of more than wanted it draws a sample without decoding the rest.</summary>
internal sealed class CalibrationReader(IHost host, InputRequest input, PruneProgressRelay progress)
{
    private const int NoLabel = -1;

    /// <summary>Reads, and sets aside what is asked for.</summary>
    /// <param name="data">The data.</param>
    /// <param name="image">Its image column, checked.</param>
    /// <param name="label">Its label column, checked; null where there is none. Read only where it is of use.</param>
    /// <param name="spec">The network.</param>
    /// <param name="preprocessing">What the network expects.</param>
    /// <param name="seed">Of the sample.</param>
    /// <exception cref="InvalidOperationException">No row can be used, or one alone is to be split.</exception>
    public CalibrationImages Read(
        IDataView data, DataViewSchema.Column image, DataViewSchema.Column? label, NetworkSpec spec, ImagePreprocessing preprocessing,
        long seed)
    {
        bool isLabelled = input.CalibrationLabels == CalibrationLabels.Column;
        var random = new Random((int)seed);
        var (images, labels, unlabelled) = ReadRows(
            data, image, isLabelled || input.ValidationSetFraction > 0 ? label : null, spec, preprocessing,
            input.MaximumCalibrationImages, key => key > 0 || !isLabelled, random);
        if (images.Count == 0)
        {
            throw host.Process(new InvalidOperationException(unlabelled == 0
                ? "The calibration data has no rows; give at least one image, better 256 to 2,048."
                : $"None of the {unlabelled} calibration rows has a label in '{input.LabelColumnName}'; "
                    + "use CalibrationLabels.Sampled, which needs none."));
        }

        int[] order = [.. Enumerable.Range(0, images.Count)];
        int heldOut = HeldOutOf(images.Count);
        if (heldOut > 0)
        {
            random.Shuffle(order);
        }

        CalibrationSet? Part(Range range, bool withLabels)
        {
            int[] rows = [.. order[range].Order()];
            return rows.Length == 0 ? null : new CalibrationSet(
                spec, Join(images, rows, spec.ImageDim), rows.Length, withLabels ? [.. rows.Select(row => labels[row])] : null);
        }

        int missing = label is null ? 0 : order[..heldOut].Count(row => labels[row] == NoLabel);
        var calibration = Part(heldOut.., isLabelled)!;
        return new CalibrationImages(calibration, Part(..heldOut, label is not null && missing == 0), unlabelled)
        {
            HeldOutUnlabelled = missing,
            AreSetAside = heldOut > 0,
        };
    }

    /// <summary>Reads the images of a validation set, with labels where every row has one.</summary>
    /// <exception cref="InvalidOperationException">It has no rows.</exception>
    public CalibrationSet ReadHeldOut(HeldOutColumns columns, NetworkSpec spec, ImagePreprocessing preprocessing) =>
        ReadHeldOut(columns, spec, preprocessing, out _);

    /// <summary>The same, and how many rows have no label though there is a column of them.</summary>
    /// <exception cref="InvalidOperationException">It has no rows.</exception>
    public CalibrationSet ReadHeldOut(HeldOutColumns columns, NetworkSpec spec, ImagePreprocessing preprocessing, out int unlabelled)
    {
        var (images, labels, _) = ReadRows(
            columns.Data, columns.Image, columns.Label, spec, preprocessing, maximum: null, _ => true, new Random(0));
        unlabelled = columns.Label is null ? 0 : labels.Count(label => label == NoLabel);
        return images.Count == 0
            ? throw host.Process(new InvalidOperationException("ValidationSet has no rows; give at least one image, or set it to null."))
            : new CalibrationSet(
                spec, Join(images, [.. Enumerable.Range(0, images.Count)], spec.ImageDim), images.Count,
                columns.Label is null || unlabelled > 0 ? null : [.. labels]);
    }

    private (List<float[]> Images, List<int> Labels, long LeftOut) ReadRows(
        IDataView data, DataViewSchema.Column image, DataViewSchema.Column? label, NetworkSpec spec, ImagePreprocessing preprocessing,
        int? maximum, Func<uint, bool> isWanted, Random random)
    {
        int limit = Math.Min(maximum ?? int.MaxValue, Array.MaxLength / Math.Max(spec.ImageDim, spec.Tokens));
        var images = new List<float[]>();
        var labels = new List<int>();
        using var cursor = data.GetRowCursor(label is { } used ? [image, used] : [image]);
        var reader = new ImageColumnReader(host, cursor, image, preprocessing, input.MaximumPixels);
        var labelGetter = label is { } column ? cursor.GetGetter<uint>(column) : null;
        uint key = 0;
        long rows = 0, leftOut = 0;
        while (cursor.MoveNext())
        {
            progress.Read();
            labelGetter?.Invoke(ref key);
            if (!isWanted(key))
            {
                leftOut++;
                continue;
            }

            // Reservoir sampling (Vitter 1985, algorithm R): every row is kept with the same chance.
            long slot = rows++ < limit ? images.Count : random.NextInt64(rows);
            if (slot >= limit)
            {
                continue;
            }

            if (slot == images.Count)
            {
                images.Add(new float[spec.ImageDim]);
                labels.Add(NoLabel);
            }

            reader.Read(images[(int)slot]);
            labels[(int)slot] = (int)key - 1;
        }

        return (images, labels, leftOut);
    }

    private int HeldOutOf(int count)
    {
        if (input.ValidationSetFraction == 0)
        {
            return 0;
        }

        return count > 1
            ? Math.Clamp((int)Math.Round(input.ValidationSetFraction * count), 1, count - 1)
            : throw host.Process(new InvalidOperationException(
                $"ValidationSetFraction is {input.ValidationSetFraction}, but there is {count} calibration image; "
                + "give at least two, or set it to 0."));
    }

    private static float[] Join(List<float[]> images, int[] rows, int dim)
    {
        float[] joined = new float[rows.Length * dim];
        for (int i = 0; i < rows.Length; i++)
        {
            images[rows[i]].CopyTo(joined, i * dim);
            images[rows[i]] = []; // so that both copies never live at once
        }

        return joined;
    }
}
