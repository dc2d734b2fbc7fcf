using Iced.Intel;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>Decodes a function and finds what would need a stack frame, unwind data, or somebody else's register.</summary>
internal static class LeafProof
{
    private static readonly Register[] Free =
        [Register.RAX, Register.RCX, Register.RDX, Register.R8, Register.R9, Register.R10, Register.R11];

    /// <summary>What speaks against the function; null: it is a leaf that ends in its only return.</summary>
    public static string? Against(byte[] code, CallConvention convention)
    {
        var info = new InstructionInfoFactory();
        var decoder = Decoder.Create(64, code);
        var starts = new HashSet<ulong>();
        var targets = new List<ulong>();
        var saved = new HashSet<Register>();
        var restored = new HashSet<Register>();
        bool isFirst = true;
        while (decoder.IP < (ulong)code.Length)
        {
            starts.Add(decoder.IP);
            var instruction = decoder.Decode();
            bool isJump = instruction.IsJmpShortOrNear || instruction.IsJccShortOrNear;
            bool isReturn = instruction.Mnemonic == Mnemonic.Ret;
            if (instruction.IsInvalid || (isFirst && instruction.Mnemonic != Mnemonic.Endbr64))
            {
                return $"{instruction} at its place";
            }

            isFirst = false;
            if (isReturn != (decoder.IP == (ulong)code.Length) || (!isJump && !isReturn && instruction.FlowControl != FlowControl.Next))
            {
                return $"{instruction} leaves it";
            }

            if (isJump)
            {
                targets.Add(instruction.NearBranchTarget);
            }

            if (Trespass(instruction, info, convention, saved, restored) is { } trespass)
            {
                return trespass;
            }
        }

        var stray = targets.Where(target => !starts.Contains(target)).ToList();
        return stray.Count > 0 ? $"a jump to {stray[0]:x}, where no instruction begins"
            : restored.SetEquals(saved) ? null
            : "a register that is saved and not given back";
    }

    private static string? Trespass(
        in Instruction instruction, InstructionInfoFactory info, CallConvention convention, HashSet<Register> saved,
        HashSet<Register> restored)
    {
        bool isMove = instruction.Mnemonic == Mnemonic.Vmovups;
        if (convention == CallConvention.Windows && isMove && instruction.MemoryBase == Register.RCX)
        {
            if (instruction.Op0Kind == OpKind.Memory && instruction.Op1Register.IsXMM())
            {
                saved.Add(instruction.Op1Register.GetFullRegister());
            }
            else if (instruction.Op0Register.IsXMM())
            {
                restored.Add(instruction.Op0Register.GetFullRegister());
            }
        }

        foreach (var used in info.GetInfo(instruction).GetUsedRegisters())
        {
            var register = used.Register.GetFullRegister();
            bool isEntry = register == Register.RDI && convention == CallConvention.SystemV
                && instruction.Mnemonic == Mnemonic.Mov && used.Access == OpAccess.Read;
            bool isReturn = register == Register.RSP && instruction.Mnemonic == Mnemonic.Ret;
            bool isWritten = used.Access is OpAccess.Write or OpAccess.ReadWrite or OpAccess.CondWrite or OpAccess.ReadCondWrite;
            bool isCallers = convention == CallConvention.Windows && register is >= Register.ZMM6 and <= Register.ZMM15
                && isWritten && instruction.Mnemonic != Mnemonic.Vzeroupper && !saved.Contains(register);
            if ((register.IsGPR() && !Free.Contains(register) && !isEntry && !isReturn) || isCallers)
            {
                return $"{instruction} touches {register}, which is the caller's";
            }
        }

        return null;
    }
}
