using System.Runtime.CompilerServices;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Cancels a context as AutoML does.</summary>
internal static class MlNetCancellation
{
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "CancelExecution")]
    public static extern void Cancel(MLContext context);
}
