using Iced.Intel;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>Decodes a function and finds what would need a stack frame, unwind data, or somebody else's register.</summary>
/// <param name="convention">Whose rules.</param>
/// <param name="savedOffset">Where in the argument Windows' registers are kept.</param>
internal sealed class LeafProof(CallConvention convention, int savedOffset)
{
    private const int SavedBytes = 160;
    private const int RegisterBytes = 16;

    private static readonly Register[] Free =
        [Register.RAX, Register.RCX, Register.RDX, Register.R8, Register.R9, Register.R10, Register.R11];

    // What the emitter writes; whatever else there is (std, ldmxcsr, syscall) has no place here.
    private static readonly HashSet<Mnemonic> Known =
    [
        Mnemonic.Endbr64, Mnemonic.Mov, Mnemonic.Movsxd, Mnemonic.Imul, Mnemonic.Add, Mnemonic.Sub, Mnemonic.Cmp, Mnemonic.Shl,
        Mnemonic.Lea, Mnemonic.Je, Mnemonic.Jne, Mnemonic.Jae, Mnemonic.Jb, Mnemonic.Jmp, Mnemonic.Vmovups, Mnemonic.Vmovaps,
        Mnemonic.Vpbroadcastd, Mnemonic.Vpdpbusd, Mnemonic.Vdpbf16ps, Mnemonic.Vcvtdq2ps, Mnemonic.Vmulps, Mnemonic.Vfmadd213ps,
        Mnemonic.Prefetcht0, Mnemonic.Vzeroupper, Mnemonic.Ret,
    ];

    private readonly InstructionInfoFactory _info = new();
    private readonly Dictionary<Register, ulong> _saved = [];
    private readonly HashSet<Register> _restored = [];

    /// <summary>What speaks against the function; null: it is a leaf that ends in its only return.</summary>
    public static string? Against(byte[] code, CallConvention convention, int savedOffset) =>
        new LeafProof(convention, savedOffset).Against(code);

    private string? Against(byte[] code)
    {
        var decoder = Decoder.Create(64, code);
        var starts = new HashSet<ulong>();
        var targets = new List<ulong>();
        while (decoder.IP < (ulong)code.Length)
        {
            bool isFirst = starts.Count == 0;
            starts.Add(decoder.IP);
            var instruction = decoder.Decode();
            bool isJump = instruction.IsJmpShortOrNear || instruction.IsJccShortOrNear;
            bool isReturn = instruction.Mnemonic == Mnemonic.Ret;
            if (instruction.IsInvalid || !Known.Contains(instruction.Mnemonic)
                || (isFirst && instruction.Mnemonic != Mnemonic.Endbr64))
            {
                return $"{instruction} at its place";
            }

            if (isReturn != (decoder.IP == (ulong)code.Length) || (!isJump && !isReturn && instruction.FlowControl != FlowControl.Next))
            {
                return $"{instruction} leaves it";
            }

            if (isJump)
            {
                targets.Add(instruction.NearBranchTarget);
            }

            if ((Keeping(instruction) ?? Trespass(instruction)) is { } wrong)
            {
                return wrong;
            }
        }

        var stray = targets.Where(target => !starts.Contains(target)).ToList();
        return stray.Count > 0 ? $"a jump to {stray[0]:x}, where no instruction begins"
            : _restored.SetEquals(_saved.Keys) ? null
            : "a register that is saved and not given back";
    }

    /// <summary>Saving and giving back on Windows: each register at a place of its own inside the argument, and from that place.</summary>
    private string? Keeping(in Instruction instruction)
    {
        if (convention != CallConvention.Windows || instruction.Mnemonic != Mnemonic.Vmovups || instruction.MemoryBase != Register.RCX)
        {
            return null;
        }

        ulong place = instruction.MemoryDisplacement64;
        if (instruction.Op0Kind == OpKind.Memory)
        {
            bool isInside = place >= (ulong)savedOffset && place <= (ulong)(savedOffset + SavedBytes - RegisterBytes);
            return isInside && instruction.Op1Register.IsXMM() && !_saved.ContainsValue(place)
                && _saved.TryAdd(instruction.Op1Register.GetFullRegister(), place)
                ? null
                : $"{instruction} saves what or where it must not";
        }

        var register = instruction.Op0Register.GetFullRegister();
        return instruction.Op0Register.IsXMM() && _saved.TryGetValue(register, out ulong from) && from == place && _restored.Add(register)
            ? null
            : $"{instruction} gives back what was not saved there";
    }

    private string? Trespass(in Instruction instruction)
    {
        bool givesBack = instruction.Mnemonic == Mnemonic.Vmovups && instruction.MemoryBase == Register.RCX;
        foreach (var used in _info.GetInfo(instruction).GetUsedRegisters())
        {
            var register = used.Register.GetFullRegister();
            bool isEntry = register == Register.RDI && convention == CallConvention.SystemV
                && instruction.Mnemonic == Mnemonic.Mov && used.Access == OpAccess.Read;
            bool isReturn = register == Register.RSP && instruction.Mnemonic == Mnemonic.Ret;
            bool isWritten = used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite;
            bool isKept = convention == CallConvention.Windows && register is >= Register.ZMM6 and <= Register.ZMM15;
            bool isCallers = isKept && isWritten && instruction.Mnemonic != Mnemonic.Vzeroupper && !givesBack
                && (!_saved.ContainsKey(register) || _restored.Contains(register));
            if ((register.IsGPR() && !Free.Contains(register) && !isEntry && !isReturn) || isCallers)
            {
                return $"{instruction} touches {register}, which is the caller's";
            }
        }

        return null;
    }
}
