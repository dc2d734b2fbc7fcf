using System.Globalization;
using System.Text.RegularExpressions;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>Turns a kernel's text into instructions over numbered registers.</summary>
internal sealed partial class PtxDecoder
{
    private readonly Dictionary<string, int> _registers = [];
    private readonly Dictionary<int, ulong> _constants = [];
    private readonly Dictionary<string, int> _specials = [];
    private readonly Dictionary<string, int> _labels = [];
    private readonly List<PtxInstruction> _code = [];
    private string _parameter = "";

    public PtxEntry Decode(string name, int parameterBytes, int threads, string body)
    {
        _parameter = name + "_param_0";
        foreach (string line in body.Split('\n').Select(line => line.Split("//")[0].Trim()))
        {
            if (line.EndsWith(':'))
            {
                _labels.Add(line[..^1], _code.Count);
            }
            else if (line.Length > 0 && !line.StartsWith('.'))
            {
                _code.Add(DecodeLine(line));
            }
        }

        foreach (var branch in _code.Where(instruction => instruction.Operation == PtxOperation.Branch))
        {
            branch.Target = _labels.TryGetValue(branch.Label, out int target) ? target : throw Unknown(branch.Text);
        }

        return new PtxEntry(name, parameterBytes, threads, [.. _code], _registers.Count, _constants, _specials);
    }

    private static PtxFault Unknown(string text) => new(PtxFaultKind.Unknown, $"The interpreter does not know '{text}'.");

    [GeneratedRegex(@"^(?:@(?<not>!?)(?<guard>%p\d+)\s+)?(?<opcode>[\w.]+)\s*(?<operands>.*);$")]
    private static partial Regex Line();

    [GeneratedRegex(@"^%(?:p|rs|r|f|rd)\d+$")]
    private static partial Regex RegisterName();

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|[^,\s]+")]
    private static partial Regex Operand();

    [GeneratedRegex(@"^(?:ld\.(?<load>param|global|shared)|st\.(?<store>global|shared))(?:\.v[24])?\.[a-z](?<bits>16|32|64)$")]
    private static partial Regex MemoryOpcode();

    [GeneratedRegex(@"^mma\.sync\.aligned\.m16n8k16\.row\.col\.f32\.(?<type>f16|bf16)\.\k<type>\.f32$")]
    private static partial Regex MmaOpcode();

    [GeneratedRegex(@"^ldmatrix\.sync\.aligned\.m8n8\.x4(?<trans>\.trans)?\.shared\.b16$")]
    private static partial Regex LdMatrixOpcode();

    private PtxInstruction DecodeLine(string line)
    {
        var match = Line().Match(line);
        if (!match.Success)
        {
            throw Unknown(line);
        }

        string opcode = match.Groups["opcode"].Value;
        string operands = match.Groups["operands"].Value;
        bool isBranch = opcode is "bra" or "bra.uni";
        var (operation, bytes) = OperationOf(opcode, line);
        return new PtxInstruction
        {
            Text = line,
            Operation = operation,
            Operands = isBranch ? [] : [.. Operand().Matches(operands).Select(operand => DecodeOperand(operand.Value, line))],
            Compute = operation == PtxOperation.Compute ? PtxArithmetic.Find(opcode) : null,
            MultipliesAndAdds = opcode == "fma.rn.f32",
            Guard = match.Groups["guard"].Success ? RegisterOf(match.Groups["guard"].Value) : -1,
            GuardNegated = match.Groups["not"].Value == "!",
            Label = isBranch ? operands : "",
            ElementBytes = bytes,
            Transposed = LdMatrixOpcode().Match(opcode).Groups["trans"].Success,
            BFloat16 = MmaOpcode().Match(opcode).Groups["type"].Value == "bf16",
        };
    }

    private static (PtxOperation Operation, int ElementBytes) OperationOf(string opcode, string line)
    {
        var memory = MemoryOpcode().Match(opcode);
        if (memory.Success)
        {
            int bytes = int.Parse(memory.Groups["bits"].Value, CultureInfo.InvariantCulture) / 8;
            return ((memory.Groups["load"].Value, memory.Groups["store"].Value) switch
            {
                ("param", _) => PtxOperation.LoadParameter,
                ("global", _) => PtxOperation.LoadGlobal,
                ("shared", _) => PtxOperation.LoadShared,
                (_, "global") => PtxOperation.StoreGlobal,
                _ => PtxOperation.StoreShared,
            }, bytes);
        }

        return (opcode switch
        {
            "bra" or "bra.uni" => PtxOperation.Branch,
            "ret" => PtxOperation.Return,
            "cp.async.cg.shared.global" => PtxOperation.CopyAsync,
            "cp.async.commit_group" => PtxOperation.CommitCopies,
            "cp.async.wait_group" => PtxOperation.WaitForCopies,
            "bar.sync" => PtxOperation.BlockBarrier,
            "bar.warp.sync" => PtxOperation.WarpBarrier,
            "shfl.sync.bfly.b32" => PtxOperation.Shuffle,
            _ when LdMatrixOpcode().IsMatch(opcode) => PtxOperation.LoadMatrix,
            _ when MmaOpcode().IsMatch(opcode) => PtxOperation.MultiplyMatrix,
            _ => PtxArithmetic.Find(opcode) is null ? throw Unknown(line) : PtxOperation.Compute,
        }, 0);
    }

    private PtxOperand DecodeOperand(string text, string line)
    {
        if (text[0] == '{')
        {
            return new PtxOperand([.. text[1..^1].Split(',').Select(part => ValueOf(part.Trim(), line))], 0);
        }

        if (text[0] == '[')
        {
            string[] parts = text[1..^1].Split('+');
            return new PtxOperand(
                [ValueOf(parts[0].Trim(), line)], parts.Length > 1 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
        }

        return new PtxOperand([ValueOf(text, line)], 0);
    }

    /// <summary>The register of a register's name, a special one's, a constant or an address; spaces of addresses begin at 0.</summary>
    private int ValueOf(string text, string line)
    {
        if (text is "%tid.x" or "%ctaid.x" or "%ctaid.y" or "%ctaid.z")
        {
            return _specials[text] = RegisterOf(text);
        }

        if (text.StartsWith('%'))
        {
            return RegisterName().IsMatch(text) ? RegisterOf(text) : throw Unknown(line);
        }

        ulong constant = text == _parameter || text == "shared_bytes" ? 0
            : text.StartsWith("0f", StringComparison.Ordinal) ? Hexadecimal(text)
            : text.StartsWith("0x", StringComparison.Ordinal) ? Hexadecimal(text)
            : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) ? (ulong)number
            : throw Unknown(line);
        int register = RegisterOf($"constant {constant}");
        _constants[register] = constant;
        return register;
    }

    private static ulong Hexadecimal(string text) => ulong.Parse(text[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private int RegisterOf(string name)
    {
        if (!_registers.TryGetValue(name, out int register))
        {
            register = _registers.Count;
            _registers.Add(name, register);
        }

        return register;
    }
}
