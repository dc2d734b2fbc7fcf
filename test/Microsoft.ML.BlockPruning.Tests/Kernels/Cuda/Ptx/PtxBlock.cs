namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>One thread block: its warps take turns, each running as far as it can.</summary>
internal sealed class PtxBlock
{
    private readonly PtxWarp[] _warps;
    private readonly SharedMemory _shared;

    public PtxBlock(PtxEntry entry, LaunchGrid grid, int blockX, int blockY, int blockZ, DeviceMemory memory, LaunchCounters counters)
    {
        int warps = grid.Threads / 32;
        _shared = new SharedMemory(grid.SharedBytes, warps, counters);
        _warps = [.. Enumerable.Range(0, warps)
            .Select(warp => new PtxWarp(entry, warp, (blockX, blockY, blockZ), grid.Parameters, memory, _shared, counters))];
    }

    public void Run()
    {
        while (true)
        {
            int finished = 0;
            foreach (var warp in _warps)
            {
                finished += warp.Run() == WarpState.Finished ? 1 : 0;
            }

            if (finished == _warps.Length)
            {
                break;
            }

            if (finished > 0)
            {
                throw new PtxFault(
                    PtxFaultKind.Deadlock, $"{_warps.Length - finished} warps wait at a barrier that {finished} have gone past.");
            }

            _shared.BeginEpoch();
            foreach (var warp in _warps)
            {
                warp.PassBarrier();
            }
        }

        if (_warps.Any(warp => warp.Copies.AreUnderWay))
        {
            throw new PtxFault(PtxFaultKind.CopyInFlight, "The block ended with copies under way.");
        }
    }
}
