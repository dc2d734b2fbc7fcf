namespace Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

/// <summary>How many thread blocks a launch has in each direction, and how large each is.</summary>
/// <param name="GridX">Thread blocks in x.</param>
/// <param name="GridY">Thread blocks in y; at most 65535.</param>
/// <param name="GridZ">Thread blocks in z; at most 65535.</param>
/// <param name="Threads">Threads of a block, all in x.</param>
/// <param name="SharedBytes">Dynamic shared memory of a block.</param>
internal readonly record struct LaunchShape(int GridX, int GridY, int GridZ, int Threads, int SharedBytes);
