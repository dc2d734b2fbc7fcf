using System.Runtime.CompilerServices;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Interop;

/// <summary>What an ML.NET environment knows and does not publish: its seed, its GPU and whether it was cancelled.</summary>
internal static class MlNetHost
{
    /// <summary>The environment behind <c>mlContext.Transforms</c>.</summary>
    public static IHostEnvironment EnvironmentOf(TransformsCatalog catalog)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        return EnvironmentField(catalog);
    }

    /// <summary>The seed given to <c>new MLContext(seed)</c>, or a fresh one from the host's own generator.</summary>
    public static long SeedOf(IHost host) => host is IHostEnvironmentInternal { Seed: { } seed } ? seed : host.Rand.Next();

    /// <summary>Stops the work when <c>MLContext.CancelExecution</c> was called, as AutoML does.</summary>
    /// <exception cref="OperationCanceledException">The environment was cancelled.</exception>
    public static void ThrowIfCancelled(IHost host)
    {
        if (host is ICancelable { IsCanceled: true })
        {
            throw new OperationCanceledException("The MLContext was cancelled; it stays so, take a new one to go on.");
        }
    }

    /// <summary><c>MLContext.GpuDeviceId</c>: the GPU to use; null for the CPU.</summary>
    public static int? GpuDeviceIdOf(IHost host) => (host as IHostEnvironmentInternal)?.GpuDeviceId;

    /// <summary><c>MLContext.FallbackToCpu</c>: whether the CPU may take the place of a GPU that cannot be used.</summary>
    public static bool MayFallBackToCpu(IHost host) => host is IHostEnvironmentInternal { FallbackToCpu: true };

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_env")]
    private static extern ref IHostEnvironment EnvironmentField(TransformsCatalog catalog);
}
