namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>One kernel of a module.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ParameterBytes">Size of its one parameter, a structure.</param>
/// <param name="MaximumThreads">The .maxntid directive.</param>
/// <param name="Code">Instructions in order.</param>
/// <param name="Registers">How many registers a lane has, constants and special ones included.</param>
/// <param name="Constants">Registers that hold a constant.</param>
/// <param name="Specials">Registers that hold tid, ctaid: by name.</param>
internal sealed record PtxEntry(
    string Name,
    int ParameterBytes,
    int MaximumThreads,
    PtxInstruction[] Code,
    int Registers,
    IReadOnlyDictionary<int, ulong> Constants,
    IReadOnlyDictionary<string, int> Specials);
