using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Inference.Cuda;

/// <summary>Runs a forward pass: a batch size's first time call by call, from the second time on as a graph, one launch for all.</summary>
/// <remarks>
/// The first time looks kernels up, which a capture must not. Data views have two sizes, the batch and the last; where somebody comes
/// with more sizes than are kept, the others go call by call.
/// </remarks>
internal sealed class BatchGraphs(ICudaDriver driver, CudaStream stream, DeviceForwardPass pass) : IDisposable
{
    /// <summary>Graphs that are kept.</summary>
    public const int Limit = 16;

    private const int FirstVersionWithGraphs = 11040; // cuGraphInstantiateWithFlags

    private readonly bool _hasGraphs = driver.Version >= FirstVersionWithGraphs;
    private readonly HashSet<int> _seen = [];
    private readonly Dictionary<int, CudaGraph> _graphs = [];

    /// <summary>Queues a pass over so many images and waits for it.</summary>
    public void Run(int count)
    {
        if (_graphs.TryGetValue(count, out var graph))
        {
            driver.LaunchGraph(graph, stream);
        }
        else if (_hasGraphs && _graphs.Count < Limit && !_seen.Add(count))
        {
            driver.LaunchGraph(Capture(count), stream);
        }
        else
        {
            pass.Queue(count);
        }

        driver.Synchronize(stream);
    }

    public void Dispose()
    {
        foreach (var graph in _graphs.Values)
        {
            CudaScope.Try(() => driver.DestroyGraph(graph));
        }

        _graphs.Clear();
    }

    private CudaGraph Capture(int count)
    {
        driver.BeginCapture(stream);
        try
        {
            pass.Queue(count);
            var graph = driver.EndCapture(stream);
            _graphs.Add(count, graph);
            return graph;
        }
        catch
        {
            CudaScope.Try(() => driver.DestroyGraph(driver.EndCapture(stream))); // no stream can be freed while it records
            throw;
        }
    }
}
