using Microsoft.ML.BlockPruning.Kernels.Cuda.Driver;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>A few lines of PTX, written for one test of the interpreter. The parameter is the address of a result.</summary>
internal static class PtxProgram
{
    /// <summary>Runs the lines on one block.</summary>
    /// <param name="lines">The kernel's body; %rd1 is the result's address, %r1 the thread's number, %r2 four times that.</param>
    /// <param name="threads">Threads of the block.</param>
    /// <param name="resultBytes">Bytes of the result, which begin as 0xFF.</param>
    /// <returns>The result, and what the launch counted.</returns>
    public static (byte[] Result, LaunchCounters Counters) Run(string lines, int threads = 64, int resultBytes = 256)
    {
        string ptx = $$"""
            .extern .shared .align 16 .b8 shared_bytes[];
            .visible .entry test(
                .param .align 8 .b8 test_param_0[8]
            )
            .maxntid 128, 1, 1
            {
                ld.param.u64 %rd1, [test_param_0];
                mov.u32 %r1, %tid.x;
                shl.b32 %r2, %r1, 2;
            {{lines}}
                ret;
            }
            """;
        using var driver = new PtxInterpreterDriver();
        var module = driver.LoadModule(System.Text.Encoding.ASCII.GetBytes(ptx));
        using var result = new DeviceBuffer(driver, resultBytes);
        byte[] parameters = BitConverter.GetBytes(result.Pointer.Address);
        driver.Launch(driver.GetFunction(module, "test"), new LaunchShape(1, 1, 1, threads, 1024), parameters, default);
        return (result.Download(default), driver.LastLaunch);
    }
}
