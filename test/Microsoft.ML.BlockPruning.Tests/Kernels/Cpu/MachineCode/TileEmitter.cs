using System.Runtime.InteropServices;
using Iced.Intel;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;
using static Iced.Intel.AssemblerRegisters;
using static Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode.FunctionFrame;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>Writes the code of y[row, token] += Σ w[row, group] · x[group, token] for a <see cref="TileCall"/>.</summary>
internal sealed class TileEmitter
{
    private readonly FunctionFrame _frame;

    private TileEmitter(CallConvention convention, int vectors) =>
        _frame = new FunctionFrame(convention, vectors, OffsetOf(nameof(TileCall.Saved)));

    private Assembler Code => _frame.Code;

    // Rows 0 to 3 lie behind the first, rows 4 to 7 behind the second, by the stride's multiples.
    private static AssemblerRegister64 FirstRows => r8;

    private static AssemblerRegister64 LastRows => rdx;

    private static AssemblerRegister64 RowStride => r9;

    private static AssemblerRegister64 ThreeRows => rax;

    private static AssemblerRegister64 Groups => r11;

    /// <param name="convention">Whose rules.</param>
    /// <param name="vectors">Vectors of a panel: 1, 2 or 3.</param>
    public static byte[] Emit(CallConvention convention, int vectors) => new TileEmitter(convention, vectors).Emit();

    private static int OffsetOf(string field) => (int)Marshal.OffsetOf<TileCall>(field);

    private byte[] Emit()
    {
        Label nextStrip = Code.CreateLabel(), loop = Code.CreateLabel();
        _frame.Enter();

        Code.Label(ref nextStrip);
        Code.mov(r10, __[Call + OffsetOf(nameof(TileCall.Y))]);
        LoadSums(r10);
        Code.mov(RowStride, __[Call + OffsetOf(nameof(TileCall.RowStride))]);
        Code.lea(ThreeRows, __[RowStride + (RowStride * 2)]);
        Code.mov(FirstRows, __[Call + OffsetOf(nameof(TileCall.W))]);
        Code.lea(LastRows, __[FirstRows + (RowStride * 4)]);
        Code.mov(r10, __[Call + OffsetOf(nameof(TileCall.X))]);
        Code.mov(Groups, __[Call + OffsetOf(nameof(TileCall.Groups))]);

        Code.Label(ref loop);
        _frame.LoadTokens(r10, 0);
        MultiplyRows(FirstRows, 0);
        MultiplyRows(LastRows, 4);
        Code.add(FirstRows, __[Call + OffsetOf(nameof(TileCall.GroupStride))]);
        Code.add(LastRows, __[Call + OffsetOf(nameof(TileCall.GroupStride))]);
        Code.add(r10, _frame.Stride);
        Code.sub(Groups, 1);
        Code.jne(loop);

        Code.mov(r10, __[Call + OffsetOf(nameof(TileCall.Y))]);
        _frame.StoreSums(r10);
        Code.add(r10, Rows * _frame.Stride);
        Code.mov(__[Call + OffsetOf(nameof(TileCall.Y))], r10);
        Code.mov(r10, __[Call + OffsetOf(nameof(TileCall.W))]);
        Code.lea(r10, __[r10 + (RowStride * 8)]);
        Code.mov(__[Call + OffsetOf(nameof(TileCall.W))], r10);
        Code.sub(__qword_ptr[Call + OffsetOf(nameof(TileCall.Strips))], 1);
        Code.jne(nextStrip);
        return _frame.Leave();
    }

    private void LoadSums(AssemblerRegister64 y)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < _frame.Vectors; vector++)
            {
                Code.vmovups(Sum(row, vector), __[y + ((row * _frame.Stride) + (VectorBytes * vector))]);
            }
        }
    }

    private void MultiplyRows(AssemblerRegister64 rows, int first)
    {
        AssemblerMemoryOperand[] places =
            [__dword_ptr[rows], __dword_ptr[rows + RowStride], __dword_ptr[rows + (RowStride * 2)], __dword_ptr[rows + ThreeRows]];
        for (int row = 0; row < places.Length; row++)
        {
            Code.vpbroadcastd(Weight, places[row]);
            for (int vector = 0; vector < _frame.Vectors; vector++)
            {
                Code.vdpbf16ps(Sum(first + row, vector), Tokens(vector), Weight);
            }
        }
    }
}
