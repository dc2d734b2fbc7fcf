using Iced.Intel;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;
using Microsoft.ML.BlockPruning.Tests.Gates;
using static Iced.Intel.AssemblerRegisters;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>The bytes that ship are those that the emitter makes, and each function is a leaf.</summary>
[TestClass]
public sealed class ShippedCodeTests
{
    private const string Path = "src/Microsoft.ML.BlockPruning/Kernels/Cpu/MachineCode/machine_code.bin";

    /// <summary>Set by eng/build-machine-code.sh, which makes the file anew.</summary>
    private const string RemakeVariable = "BLOCKPRUNING_REMAKE_MACHINE_CODE";

    public static IEnumerable<(string Function, string Convention, int Vectors)> Functions =>
        EmittedCode.Keys.Select(key => ($"{key.Function}", $"{key.Convention}", key.Vectors));

    // Each put before the end of a function that is a leaf.
    private static Dictionary<string, Action<Assembler>> Faults { get; } = new()
    {
        ["call"] = code => code.call(0x10),
        ["push"] = code => code.push(rax),
        ["stack"] = code => code.mov(__[rsp - 8], rax),
        ["callee-saved register"] = code => code.mov(rbx, rax),
        ["frame pointer"] = code => code.mov(rax, rbp),
        ["jump out"] = code => code.jmp(0x10000),
        ["jump into an instruction"] = code => code.jmp(1),
        ["system call"] = code => code.syscall(),
        ["breakpoint"] = code => code.int3(),
        ["second return"] = code => code.ret(),
        ["indirect jump"] = code => code.jmp(rax),
        ["direction flag"] = code => code.std(),
        ["rounding"] = code => code.ldmxcsr(__dword_ptr[rcx]),
    };

    public static IEnumerable<string> FaultNames => Faults.Keys;

    // A function that saves xmm6 and gives it back, but for one thing.
    private static Dictionary<string, Action<Assembler>> WindowsFaults { get; } = new()
    {
        ["not given back"] = code => code.vmovups(__xmmword_ptr[rcx + Saved], xmm6),
        ["given back from another's place"] = code => Keep(code, Saved, Saved + 16),
        ["saved outside"] = code => Keep(code, Saved - 16, Saved - 16),
        ["saved behind"] = code => Keep(code, Saved + 160, Saved + 160),
        ["written afterwards"] = code =>
        {
            Keep(code, Saved, Saved);
            code.vpbroadcastd(zmm6, __dword_ptr[rcx]);
        },
        ["not saved at all"] = code => code.vpbroadcastd(zmm6, __dword_ptr[rcx]),
        ["two at one place"] = code =>
        {
            code.vmovups(__xmmword_ptr[rcx + Saved], xmm6);
            code.vmovups(__xmmword_ptr[rcx + Saved], xmm7);
            code.vmovups(xmm6, __xmmword_ptr[rcx + Saved]);
            code.vmovups(xmm7, __xmmword_ptr[rcx + Saved]);
        },
    };

    public static IEnumerable<string> WindowsFaultNames => WindowsFaults.Keys;

    private static int Saved => EmittedCode.SavedOffsetOf(ShippedFunction.Int8Dot);

    [TestMethod]
    public void Resource_IsWhatTheEmitterMakes()
    {
        byte[] made = EmittedCode.Resource();
        string path = System.IO.Path.Combine(RepositoryFiles.Root, Path);
        if (Environment.GetEnvironmentVariable(RemakeVariable) == "1")
        {
            File.WriteAllBytes(path, made);
            return;
        }

        CollectionAssert.AreEqual(made, File.ReadAllBytes(path), "Make it anew: bash eng/build-machine-code.sh");
        var shipped = ShippedCode.Load();
        CollectionAssert.AreEquivalent(EmittedCode.Keys.ToList(), shipped.Keys.ToList());
    }

    [TestMethod]
    [DynamicData(nameof(Functions))]
    public void Function_IsALeaf(string function, string convention, int vectors)
    {
        var rules = Enum.Parse<CallConvention>(convention);
        byte[] code = ShippedCode.Load().Of(Enum.Parse<ShippedFunction>(function), rules, vectors).ToArray();

        Assert.IsNull(LeafProof.Against(code, rules, EmittedCode.SavedOffsetOf(Enum.Parse<ShippedFunction>(function))));
    }

    [TestMethod]
    [DynamicData(nameof(FaultNames))]
    public void Proof_FindsAPlantedFault(string fault) =>
        Assert.IsNotNull(LeafProof.Against(FunctionWith(Faults[fault]), CallConvention.SystemV, Saved));

    [TestMethod]
    [DynamicData(nameof(WindowsFaultNames))]
    public void Proof_FindsARegisterOfWindowsThatIsNotKept(string fault) =>
        Assert.IsNotNull(LeafProof.Against(FunctionWith(WindowsFaults[fault]), CallConvention.Windows, Saved));

    [TestMethod]
    public void Proof_TakesAFunctionThatKeepsWhatItWrites()
    {
        byte[] code = FunctionWith(code => Keep(code, Saved, Saved, () => code.vpbroadcastd(zmm6, __dword_ptr[rcx])));

        Assert.IsNull(LeafProof.Against(code, CallConvention.Windows, Saved));
    }

    [TestMethod]
    public void Resource_ThatIsDamagedIsRefused()
    {
        byte[] good = EmittedCode.Resource();
        Assert.ThrowsExactly<InvalidDataException>(() => new ShippedCode([]));
        Assert.ThrowsExactly<InvalidDataException>(() => new ShippedCode(good.AsSpan(..^1)));
        Assert.ThrowsExactly<InvalidDataException>(() => new ShippedCode([.. good, 0]));
        for (int i = 0; i < 16; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x80;
            Assert.ThrowsExactly<InvalidDataException>(() => new ShippedCode(bad), $"byte {i}");
        }
    }

    private static void Keep(Assembler code, int to, int from, Action? between = null)
    {
        code.vmovups(__xmmword_ptr[rcx + to], xmm6);
        between?.Invoke();
        code.vmovups(xmm6, __xmmword_ptr[rcx + from]);
    }

    private static byte[] FunctionWith(Action<Assembler> body)
    {
        var code = new Assembler(64);
        code.endbr64();
        body(code);
        code.ret();
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), rip: 0);
        return bytes.ToArray();
    }
}
