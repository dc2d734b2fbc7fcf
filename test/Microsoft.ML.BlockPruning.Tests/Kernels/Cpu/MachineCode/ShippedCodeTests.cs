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
    };

    public static IEnumerable<string> FaultNames => Faults.Keys;

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

        Assert.IsNull(LeafProof.Against(code, rules));
    }

    [TestMethod]
    [DynamicData(nameof(FaultNames))]
    public void Proof_FindsAPlantedFault(string fault)
    {
        var code = new Assembler(64);
        code.endbr64();
        Faults[fault](code);
        code.ret();
        using var bytes = new MemoryStream();
        code.Assemble(new StreamCodeWriter(bytes), rip: 0);

        Assert.IsNotNull(LeafProof.Against(bytes.ToArray(), CallConvention.SystemV));
    }

    [TestMethod]
    public void Proof_FindsARegisterOfWindowsThatIsNotSaved()
    {
        byte[] code = EmittedCode.Of(ShippedFunction.Int8Dot, CallConvention.SystemV, vectors: 3);

        Assert.IsNull(LeafProof.Against(code, CallConvention.SystemV));
        StringAssert.Contains(LeafProof.Against(code, CallConvention.Windows), "the caller's");
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
            if (i is not (8 or 9 or 10 or 11)) // the first function's number, convention and vectors: it is missed when it is asked for
            {
                Assert.ThrowsExactly<InvalidDataException>(() => new ShippedCode(bad), $"byte {i}");
            }
        }
    }
}
