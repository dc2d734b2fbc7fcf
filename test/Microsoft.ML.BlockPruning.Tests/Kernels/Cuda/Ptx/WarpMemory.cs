using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>A warp's loads, stores and copies.</summary>
internal sealed class WarpMemory(ulong[] registers, int warp, DeviceMemory memory, SharedMemory shared, LaunchCounters counters)
{
    public void AccessGlobal(PtxInstruction instruction, uint mask)
    {
        bool loads = instruction.Operation == PtxOperation.LoadGlobal;
        var address = instruction.Operands[loads ? 1 : 0];
        int[] values = instruction.Operands[loads ? 0 : 1].Registers;
        int bytes = values.Length * instruction.ElementBytes;
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) == 0)
            {
                continue;
            }

            var data = memory.Access(registers[(address.Register * 32) + lane] + (ulong)address.Offset, bytes, bytes, instruction.Text);
            if (loads)
            {
                ToRegisters(data, values, lane, instruction.ElementBytes);
                counters.GlobalBytesRead += bytes;
            }
            else
            {
                FromRegisters(values, lane, instruction.ElementBytes, data);
                counters.GlobalBytesWritten += bytes;
            }
        }
    }

    public void AccessShared(PtxInstruction instruction, uint mask)
    {
        bool loads = instruction.Operation == PtxOperation.LoadShared;
        var address = instruction.Operands[loads ? 1 : 0];
        int[] values = instruction.Operands[loads ? 0 : 1].Registers;
        int bytes = values.Length * instruction.ElementBytes;
        Span<uint> addresses = stackalloc uint[32];
        for (int lane = 0; lane < 32; lane++)
        {
            addresses[lane] = (uint)(registers[(address.Register * 32) + lane] + (ulong)address.Offset);
            if ((mask >> lane & 1) == 0)
            {
                continue;
            }

            int thread = (warp * 32) + lane;
            if (loads)
            {
                ToRegisters(shared.Read(addresses[lane], bytes, thread, instruction.Text), values, lane, instruction.ElementBytes);
            }
            else
            {
                FromRegisters(values, lane, instruction.ElementBytes, shared.Write(addresses[lane], bytes, thread, instruction.Text));
            }
        }

        shared.CountConflicts(addresses, mask, Math.Max(bytes, 4));
    }

    /// <summary>cp.async of 16 bytes, of which the last operand says how many are read; the others become zero.</summary>
    public void Copy(PtxInstruction instruction, uint mask, AsyncCopies copies)
    {
        var target = instruction.Operands[0];
        var source = instruction.Operands[1];
        int count = instruction.Operands[3].Register;
        Span<uint> targets = stackalloc uint[32];
        for (int lane = 0; lane < 32; lane++)
        {
            targets[lane] = (uint)(registers[(target.Register * 32) + lane] + (ulong)target.Offset);
            if ((mask >> lane & 1) == 0)
            {
                continue;
            }

            int bytes = (int)registers[(count * 32) + lane];
            ReadOnlySpan<byte> data = bytes == 0
                ? []
                : memory.Access(registers[(source.Register * 32) + lane] + (ulong)source.Offset, bytes, 16, instruction.Text);
            copies.Begin(targets[lane], data, (warp * 32) + lane, instruction.Text);
            counters.GlobalBytesRead += bytes;
        }

        shared.CountConflicts(targets, mask, 16);
    }

    private void ToRegisters(ReadOnlySpan<byte> data, int[] values, int lane, int elementBytes)
    {
        for (int i = 0; i < values.Length; i++)
        {
            var element = data.Slice(i * elementBytes, elementBytes);
            registers[(values[i] * 32) + lane] = elementBytes switch
            {
                2 => MemoryMarshal.Read<ushort>(element),
                4 => MemoryMarshal.Read<uint>(element),
                _ => MemoryMarshal.Read<ulong>(element),
            };
        }
    }

    private void FromRegisters(int[] values, int lane, int elementBytes, Span<byte> data)
    {
        for (int i = 0; i < values.Length; i++)
        {
            ulong value = registers[(values[i] * 32) + lane];
            MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(in value))[..elementBytes].CopyTo(data[(i * elementBytes)..]);
        }
    }
}
