namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda;

/// <summary>Which blocks of a weight are kept.</summary>
internal enum LinearPattern
{
    Random,
    All,
    EmptyRow,
    OneBlock,

    /// <summary>Every second block.</summary>
    Half,
}
