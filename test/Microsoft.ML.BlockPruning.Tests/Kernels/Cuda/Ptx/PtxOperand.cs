namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>A register, an address or a vector of registers; constants and special registers are registers filled beforehand.</summary>
/// <param name="Registers">One, or those of a vector, in order.</param>
/// <param name="Offset">Bytes added where the operand is an address.</param>
internal sealed record PtxOperand(int[] Registers, long Offset)
{
    public int Register => Registers[0];
}
