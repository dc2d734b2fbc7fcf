using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Network;
using Microsoft.ML.BlockPruning.Training;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning;

/// <summary>Reads the calibration images out of a data view; of more than wanted it draws a sample without decoding the rest.</summary>
internal sealed class CalibrationReader(IHost host, BlockPruneEstimator.Options options, PruneProgressRelay progress)
{
    /// <summary>Reads.</summary>
    /// <param name="input">The data.</param>
    /// <param name="image">Its image column, checked.</param>
    /// <param name="label">Its label column, checked; null: classes are sampled.</param>
    /// <param name="config">The network's shape.</param>
    /// <param name="preprocessing">What the network expects.</param>
    /// <param name="seed">Of the sample.</param>
    /// <exception cref="InvalidOperationException">No row can be used.</exception>
    public CalibrationSet Read(
        IDataView input, DataViewSchema.Column image, DataViewSchema.Column? label, ViTConfig config, ImagePreprocessing preprocessing,
        long seed)
    {
        int limit = Math.Min(options.MaximumCalibrationImages ?? int.MaxValue, Array.MaxLength / config.ImageDim);
        var images = new List<float[]>();
        var labels = new List<int>();
        var random = new Random((int)seed);
        using var cursor = input.GetRowCursor(label is { } used ? [image, used] : [image]);
        var reader = new ImageColumnReader(host, cursor, image, preprocessing);
        var labelGetter = label is { } column ? cursor.GetGetter<uint>(column) : null;
        uint key = 0;
        long rows = 0, unlabelled = 0;
        while (cursor.MoveNext())
        {
            progress.ThrowIfCancelled();
            labelGetter?.Invoke(ref key);
            if (labelGetter is not null && key == 0)
            {
                unlabelled++;
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
                images.Add(new float[config.ImageDim]);
                labels.Add(0);
            }

            reader.Read(images[(int)slot]);
            labels[(int)slot] = (int)key - 1;
        }

        return images.Count > 0
            ? new CalibrationSet(config, Join(images, config.ImageDim), images.Count, labelGetter is null ? null : [.. labels])
            : throw host.Process(new InvalidOperationException(unlabelled == 0
                ? "The calibration data has no rows; give at least one image, better 256 to 2,048."
                : $"None of the {unlabelled} calibration rows has a label in '{options.LabelColumnName}'; "
                    + "use CalibrationLabels.Sampled, which needs none."));
    }

    private static float[] Join(List<float[]> images, int dim)
    {
        float[] joined = new float[images.Count * dim];
        for (int i = 0; i < images.Count; i++)
        {
            images[i].CopyTo(joined, i * dim);
            images[i] = []; // so that both copies never live at once
        }

        return joined;
    }
}
