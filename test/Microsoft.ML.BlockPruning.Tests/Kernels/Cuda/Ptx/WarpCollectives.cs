using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>What a warp does as one: ldmatrix, mma and shuffle, laid out as in the PTX ISA ("Matrix fragments for mma.m16n8k16").</summary>
internal sealed class WarpCollectives(ulong[] registers, int warp, SharedMemory shared, LaunchCounters counters)
{
    private const int Rows = 16;
    private const int Columns = 8;
    private const int Depth = 16;

    private readonly uint[] _addresses = new uint[32];
    private readonly double[] _a = new double[Rows * Depth];
    private readonly double[] _b = new double[Depth * Columns];

    public void LoadMatrix(PtxInstruction instruction)
    {
        counters.LdMatrix++;
        int[] targets = instruction.Operands[0].Registers;
        var address = instruction.Operands[1];
        Span<ushort> matrix = stackalloc ushort[8 * 8];
        for (int lane = 0; lane < 32; lane++)
        {
            _addresses[lane] = (uint)(registers[(address.Register * 32) + lane] + (ulong)address.Offset);
        }

        shared.CountConflicts(_addresses, uint.MaxValue, 16);
        for (int m = 0; m < targets.Length; m++)
        {
            for (int row = 0; row < 8; row++)
            {
                int lane = (m * 8) + row;
                var bytes = shared.Read(_addresses[lane], 16, (warp * 32) + lane, instruction.Text);
                MemoryMarshal.Cast<byte, ushort>(bytes).CopyTo(matrix[(row * 8)..]);
            }

            for (int lane = 0; lane < 32; lane++)
            {
                int row = lane / 4;
                int column = lane % 4 * 2;
                uint low = instruction.Transposed ? matrix[(column * 8) + row] : matrix[(row * 8) + column];
                uint high = instruction.Transposed ? matrix[((column + 1) * 8) + row] : matrix[(row * 8) + column + 1];
                registers[(targets[m] * 32) + lane] = (high << 16) | low;
            }
        }
    }

    /// <summary>In double, rounded once: hardware adds in another order, which the tests' bounds allow for.</summary>
    public void Multiply(PtxInstruction instruction)
    {
        counters.Mma++;
        var operands = instruction.Operands;
        for (int lane = 0; lane < 32; lane++)
        {
            for (int part = 0; part < 8; part++) // part = 2 · register + half
            {
                int row = (lane / 4) + (8 * (part >> 1 & 1));
                int k = (lane % 4 * 2) + (part & 1) + (8 * (part >> 2));
                _a[(row * Depth) + k] = Element(operands[1].Registers[part >> 1], lane, part & 1, instruction.BFloat16);
            }

            for (int part = 0; part < 4; part++)
            {
                int k = (lane % 4 * 2) + (part & 1) + (8 * (part >> 1));
                _b[(k * Columns) + (lane / 4)] = Element(operands[2].Registers[part >> 1], lane, part & 1, instruction.BFloat16);
            }
        }

        Span<float> results = stackalloc float[32 * 4];
        for (int i = 0; i < results.Length; i++)
        {
            int lane = i / 4;
            int row = (lane / 4) + (8 * (i >> 1 & 1));
            int column = (lane % 4 * 2) + (i & 1);
            double sum = BitConverter.UInt32BitsToSingle((uint)registers[(operands[3].Registers[i % 4] * 32) + lane]);
            for (int k = 0; k < Depth; k++)
            {
                sum += _a[(row * Depth) + k] * _b[(k * Columns) + column];
            }

            results[i] = (float)sum;
        }

        for (int i = 0; i < results.Length; i++)
        {
            registers[(operands[0].Registers[i % 4] * 32) + (i / 4)] = BitConverter.SingleToUInt32Bits(results[i]);
        }
    }

    /// <summary>shfl.sync.bfly: every lane takes the value of the lane whose number differs in the bits of the mask.</summary>
    public void Shuffle(PtxInstruction instruction)
    {
        var operands = instruction.Operands;
        Span<ulong> source = stackalloc ulong[32];
        registers.AsSpan(operands[1].Register * 32, 32).CopyTo(source);
        for (int lane = 0; lane < 32; lane++)
        {
            int other = lane ^ (int)registers[(operands[2].Register * 32) + lane];
            registers[(operands[0].Register * 32) + lane] = source[other & 31];
        }
    }

    private double Element(int register, int lane, int half, bool isBFloat16)
    {
        ushort bits = (ushort)(registers[(register * 32) + lane] >> (16 * half));
        return isBFloat16 ? HalfPrecision.WidenBF16(bits) : HalfPrecision.WidenF16(bits);
    }
}
