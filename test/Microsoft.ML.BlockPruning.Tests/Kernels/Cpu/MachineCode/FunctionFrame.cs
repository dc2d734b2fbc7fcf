using Iced.Intel;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>What every function begins and ends with: a leaf that touches neither the stack nor a register that is the caller's.</summary>
/// <remarks>
/// The argument is in rcx after <see cref="Enter"/>; free are rax, rdx and r8 to r11. 24 sums of 8 rows by 3 vectors, 3 vectors of x, one
/// weight.
/// </remarks>
internal sealed class FunctionFrame
{
    public const int Rows = 8;
    public const int VectorBytes = 64;
    public const int LaneBytes = 4;

    private static readonly AssemblerRegisterZMM[] Registers =
    [
        zmm0, zmm1, zmm2, zmm3, zmm4, zmm5, zmm6, zmm7, zmm8, zmm9, zmm10, zmm11, zmm12, zmm13, zmm14, zmm15,
        zmm16, zmm17, zmm18, zmm19, zmm20, zmm21, zmm22, zmm23, zmm24, zmm25, zmm26, zmm27,
    ];

    private static readonly AssemblerRegisterXMM[] CalleeSaved =
        [xmm6, xmm7, xmm8, xmm9, xmm10, xmm11, xmm12, xmm13, xmm14, xmm15];

    private readonly CallConvention _convention;
    private readonly int _savedOffset;

    /// <param name="convention">Whose rules.</param>
    /// <param name="vectors">Vectors of a panel: 1, 2 or 3.</param>
    /// <param name="savedOffset">Where in the argument Windows' registers are kept.</param>
    public FunctionFrame(CallConvention convention, int vectors, int savedOffset)
    {
        (_convention, Vectors, _savedOffset) = (convention, vectors, savedOffset);
    }

    public Assembler Code { get; } = new(64);

    public int Vectors { get; }

    /// <summary>Bytes from a row of a panel to the next.</summary>
    public int Stride => VectorBytes * Vectors;

    public static AssemblerRegister64 Call => rcx;

    public static AssemblerRegisterZMM Weight => zmm27;

    public static AssemblerRegisterZMM Sum(int row, int vector) => Registers[(3 * row) + vector];

    public static AssemblerRegisterZMM Tokens(int vector) => Registers[24 + vector];

    public void Enter()
    {
        Code.endbr64();
        if (_convention == CallConvention.SystemV)
        {
            Code.mov(Call, rdi);
            return;
        }

        for (int i = 0; i < CalleeSaved.Length; i++)
        {
            Code.vmovups(Place(i), CalleeSaved[i]);
        }
    }

    public byte[] Leave()
    {
        Code.vzeroupper();
        for (int i = 0; _convention == CallConvention.Windows && i < CalleeSaved.Length; i++)
        {
            Code.vmovups(CalleeSaved[i], Place(i));
        }

        Code.ret();
        using var bytes = new MemoryStream();
        Code.Assemble(new StreamCodeWriter(bytes), rip: 0); // only relative jumps, so it runs anywhere
        return bytes.ToArray();
    }

    /// <summary>Loads a row of a panel.</summary>
    public void LoadTokens(AssemblerRegister64 x, int offset)
    {
        for (int vector = 0; vector < Vectors; vector++)
        {
            Code.vmovups(Tokens(vector), __[x + (offset + (VectorBytes * vector))]);
        }
    }

    /// <summary>Stores the sums, eight rows of a panel.</summary>
    public void StoreSums(AssemblerRegister64 y)
    {
        for (int row = 0; row < Rows; row++)
        {
            for (int vector = 0; vector < Vectors; vector++)
            {
                Code.vmovups(__[y + ((row * Stride) + (VectorBytes * vector))], Sum(row, vector));
            }
        }
    }

    private AssemblerMemoryOperand Place(int register) => __xmmword_ptr[Call + (_savedOffset + (16 * register))];
}
