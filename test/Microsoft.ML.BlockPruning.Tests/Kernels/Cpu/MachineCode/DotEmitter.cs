using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Iced.Intel;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;
using static Iced.Intel.AssemblerRegisters;
using static Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode.FunctionFrame;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>Writes the code of y[8 · strip + row, token] = Σ W[row, k] · x[k, token] for a <see cref="DotCall"/>.</summary>
/// <remarks>The formats differ in one instruction and in the last step.</remarks>
internal sealed class DotEmitter
{
    private const int Unroll = 2; // groups in a turn of the loop

    // 4 KB ahead: weights come from memory, front to back; it is latency that this hides. A prefetch never faults.
    private const int PrefetchBytes = 4096;
    private const int GroupBytes = Rows * LaneBytes;

    private readonly FunctionFrame _frame;
    private readonly bool _isInt8;

    private DotEmitter(ShippedFunction function, CallConvention convention, int vectors)
    {
        _isInt8 = function == ShippedFunction.Int8Dot;
        _frame = new FunctionFrame(convention, vectors, OffsetOf(nameof(DotCall.Saved)));
    }

    private Assembler Code => _frame.Code;

    private static AssemblerRegister64 Strip => rdx;

    private static AssemblerRegister64 Weights => r8;

    private static AssemblerRegister64 Runs => r9;

    private static AssemblerRegister64 X => r10;

    private static AssemblerRegister64 End => r11;

    /// <param name="function">Int8 or bfloat16.</param>
    /// <param name="convention">Whose rules.</param>
    /// <param name="vectors">Vectors of a panel: 1, 2 or 3.</param>
    public static byte[] Emit(ShippedFunction function, CallConvention convention, int vectors) =>
        new DotEmitter(function, convention, vectors).Emit();

    private static int OffsetOf(string field) => (int)Marshal.OffsetOf<DotCall>(field);

    private static int OffsetInStrip(string field) => (int)Marshal.OffsetOf<DotStrip>(field);

    private byte[] Emit()
    {
        Label nextStrip = Code.CreateLabel(), nextRun = Code.CreateLabel(), stripDone = Code.CreateLabel();
        _frame.Enter();
        Code.mov(Strip, __[Call + OffsetOf(nameof(DotCall.Strips))]);

        Code.Label(ref nextStrip);
        StartSums();
        Code.mov(Weights, __[Strip + OffsetInStrip(nameof(DotStrip.Weights))]);
        Code.mov(Runs, __[Strip + OffsetInStrip(nameof(DotStrip.Runs))]);

        Code.Label(ref nextRun);
        Code.cmp(Runs, __[Strip + OffsetInStrip(nameof(DotStrip.RunsEnd))]);
        Code.je(stripDone);
        Code.movsxd(X, __dword_ptr[Runs]);
        Code.imul(X, X, _frame.Stride);
        Code.add(X, __[Call + OffsetOf(nameof(DotCall.X))]);
        Code.movsxd(End, __dword_ptr[Runs + sizeof(int)]);
        Code.shl(End, 5); // groups to bytes
        Code.add(End, Weights);
        Code.add(Runs, Unsafe.SizeOf<GroupRun>());
        MultiplyRun(nextRun);

        Code.Label(ref stripDone);
        if (_isInt8)
        {
            Scale();
        }

        Code.mov(rax, __[Call + OffsetOf(nameof(DotCall.Y))]);
        _frame.StoreSums(rax);
        Code.add(rax, Rows * _frame.Stride);
        Code.mov(__[Call + OffsetOf(nameof(DotCall.Y))], rax);
        Code.add(Strip, Unsafe.SizeOf<DotStrip>());
        Code.cmp(Strip, __[Call + OffsetOf(nameof(DotCall.StripsEnd))]);
        Code.jne(nextStrip);
        return _frame.Leave();
    }

    private void StartSums()
    {
        Code.mov(rax, __[Strip + OffsetInStrip(nameof(DotStrip.Constants))]);
        for (int row = 0; row < Rows; row++)
        {
            Code.vpbroadcastd(Sum(row, 0), __dword_ptr[rax + (row * LaneBytes)]);
            for (int vector = 1; vector < _frame.Vectors; vector++)
            {
                Code.vmovaps(Sum(row, vector), Sum(row, 0));
            }
        }
    }

    // Whole turns, then the group that is left over.
    private void MultiplyRun(Label nextRun)
    {
        Label loop = Code.CreateLabel(), rest = Code.CreateLabel();
        Code.sub(End, (Unroll - 1) * GroupBytes);
        Code.cmp(Weights, End);
        Code.jae(rest);
        Code.Label(ref loop);
        for (int group = 0; group < Unroll; group++)
        {
            MultiplyGroup(group);
        }

        Advance(Unroll);
        Code.jb(loop);
        Code.Label(ref rest);
        Code.add(End, (Unroll - 1) * GroupBytes);
        Code.cmp(Weights, End);
        Code.je(nextRun);
        MultiplyGroup(0);
        Advance(1);
        Code.jmp(nextRun);
    }

    private void MultiplyGroup(int group)
    {
        _frame.LoadTokens(X, group * _frame.Stride);
        if (group == 0)
        {
            Code.prefetcht0(__byte_ptr[Weights + PrefetchBytes]);
        }

        for (int row = 0; row < Rows; row++)
        {
            Code.vpbroadcastd(Weight, __dword_ptr[Weights + ((group * GroupBytes) + (row * LaneBytes))]);
            for (int vector = 0; vector < _frame.Vectors; vector++)
            {
                if (_isInt8)
                {
                    Code.vpdpbusd(Sum(row, vector), Tokens(vector), Weight);
                }
                else
                {
                    Code.vdpbf16ps(Sum(row, vector), Tokens(vector), Weight);
                }
            }
        }
    }

    private void Advance(int groups)
    {
        Code.add(Weights, groups * GroupBytes);
        Code.add(X, groups * _frame.Stride);
        Code.cmp(Weights, End);
    }

    // sum · row scale, rounded, · token scale + bias, rounded once.
    private void Scale()
    {
        Code.mov(End, __[Call + OffsetOf(nameof(DotCall.TokenScales))]);
        _frame.LoadTokens(End, 0);
        Code.mov(rax, __[Strip + OffsetInStrip(nameof(DotStrip.Constants))]);
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < _frame.Vectors; vector++)
            {
                var sum = Sum(row, vector);
                Code.vcvtdq2ps(sum, sum);
                Code.vmulps(sum, sum, __dword_bcst[rax + (GroupBytes + (row * LaneBytes))]);
                Code.vfmadd213ps(sum, Tokens(vector), __dword_bcst[rax + ((2 * GroupBytes) + (row * LaneBytes))]);
            }
        }
    }
}
