using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Kernels.Cuda;
using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Measurement.GpuCheck;

/// <summary>Times block-sparse layers on a GPU by events, each run alone, after runs that do not count.</summary>
internal sealed class LinearTimer(ICudaDriver driver, CudaKernels kernels, CudaStream stream, int warmUps, int runs)
{
    public GpuTiming Time(TimingCase layer)
    {
        using var scope = new CudaScope();
        var linear = scope.Own(layer.CreateLinear(driver, stream));
        int rows = layer.Images * layer.Tokens;
        var x = Reserve(rows, linear.PaddedInFeatures, scope);
        var y = Reserve(rows, linear.PaddedOutFeatures, scope);
        var start = driver.CreateEvent();
        scope.Add(() => driver.DestroyEvent(start));
        var end = driver.CreateEvent();
        scope.Add(() => driver.DestroyEvent(end));
        double[] milliseconds = new double[runs];
        for (int run = -warmUps; run < runs; run++)
        {
            driver.Record(start, stream);
            kernels.Linear(linear, rows, x, default, 0, CudaActivation.None, y, stream);
            driver.Record(end, stream);
            double time = driver.GetMilliseconds(start, end);
            if (run >= 0)
            {
                milliseconds[run] = time;
            }
        }

        Array.Sort(milliseconds);
        return new GpuTiming(layer, milliseconds[runs / 2], milliseconds[runs / 10], milliseconds[runs - 1 - (runs / 10)]);
    }

    private DeviceRows Reserve(int rows, int stride, CudaScope scope)
    {
        var buffer = scope.Own(new DeviceBuffer(driver, BlockCodecs.Of(NumberFormat.Float16).BytesOf((long)rows * stride)));
        driver.Clear(buffer.Pointer, buffer.Bytes, stream);
        return new DeviceRows(buffer.Pointer, stride);
    }
}
