using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>The interpreter finds each fault in a program that has it, and none in its neighbour that has not.</summary>
[TestClass]
public sealed class PtxInterpreterTests
{
    private const string StoreOwn = "st.shared.u32 [%r2], %r1;\n";
    private const string OtherWarp = "xor.b32 %r3, %r2, 128;\n";
    private const string Neighbour = "xor.b32 %r3, %r2, 4;\n";
    private const string LoadOther = "ld.shared.u32 %r4, [%r3];\n";
    private const string StoreOther = "st.shared.u32 [%r3], %r1;\n";
    private const string Barrier = "bar.sync 0;\n";
    private const string WarpBarrier = "bar.warp.sync 0xffffffff;\n";
    private const string Source = "mul.wide.u32 %rd2, %r1, 16;\nadd.s64 %rd2, %rd1, %rd2;\nshl.b32 %r5, %r1, 4;\n";
    private const string Copy = "cp.async.cg.shared.global [%r5], [%rd2], 16, 16;\ncp.async.commit_group;\n";
    private const string LoadOwnCopy = "ld.shared.u32 %r4, [%r5];\n";
    private const string FirstHalf = "setp.lt.s32 %p1, %r1, 16;\n";

    private static IEnumerable<(string Name, string Lines, PtxFaultKind? Fault)> Programs =>
    [
        ("read own", StoreOwn + "ld.shared.u32 %r4, [%r2];", null),
        ("read unwritten", "ld.shared.u32 %r4, [%r2];", PtxFaultKind.Uninitialized),
        ("read of another warp", StoreOwn + Barrier + StoreOwn + OtherWarp + LoadOther, PtxFaultKind.Race),
        ("read of another warp, warp barrier", StoreOwn + Barrier + StoreOwn + OtherWarp + WarpBarrier + LoadOther, PtxFaultKind.Race),
        ("read of another warp, barrier", StoreOwn + OtherWarp + Barrier + LoadOther, null),
        ("read of a neighbour", StoreOwn + Neighbour + LoadOther, PtxFaultKind.Race),
        ("read of a neighbour, warp barrier", StoreOwn + Neighbour + WarpBarrier + LoadOther, null),
        ("write over a neighbour's read", StoreOwn + Neighbour + "ld.shared.u32 %r4, [%r2];\n" + StoreOther, PtxFaultKind.Race),
        ("write over another warp's read", StoreOwn + OtherWarp + Barrier + LoadOther + StoreOwn, PtxFaultKind.Race),
        ("write over another warp's read, barrier", StoreOwn + OtherWarp + Barrier + LoadOther + Barrier + StoreOwn, null),
        ("two writes", "mov.u32 %r3, 0;\n" + StoreOther, PtxFaultKind.Race),
        ("copy read at once", Source + Copy + LoadOwnCopy, PtxFaultKind.CopyInFlight),
        ("copy read after waiting for an older group", Source + Copy + "cp.async.wait_group 1;\n" + LoadOwnCopy, PtxFaultKind.CopyInFlight),
        ("copy read after waiting", Source + Copy + "cp.async.wait_group 0;\n" + LoadOwnCopy, null),
        ("copy of another thread", Source + Copy + "cp.async.wait_group 0;\nld.shared.u32 %r4, [%r2];", PtxFaultKind.Race),
        ("copy left under way", Source + Copy, PtxFaultKind.CopyInFlight),
        ("copy that reads nothing from nowhere", "shl.b32 %r5, %r1, 4;\nmov.u64 %rd2, 0;\nmov.u32 %r6, 0;\n"
            + "cp.async.cg.shared.global [%r5], [%rd2], 16, %r6;\ncp.async.commit_group;\ncp.async.wait_group 0;", null),
        ("load behind the end", "ld.global.u32 %r4, [%rd1+1024];", PtxFaultKind.OutOfBounds),
        ("load before the start", "ld.global.u32 %r4, [%rd1+-4];", PtxFaultKind.OutOfBounds),
        ("store across the end", "st.global.v2.u32 [%rd1+1016], {%r1, %r1};", null),
        ("store behind the end", "st.global.v2.u32 [%rd1+1024], {%r1, %r1};", PtxFaultKind.OutOfBounds),
        ("misaligned load", "ld.global.u32 %r4, [%rd1+2];", PtxFaultKind.Misaligned),
        ("misaligned vector", "ld.global.v2.u32 {%r4, %r5}, [%rd1+4];", PtxFaultKind.Misaligned),
        ("shared behind the end", "st.shared.u32 [%r2+1024], %r1;", PtxFaultKind.OutOfBounds),
        ("misaligned shared", "st.shared.u32 [%r2+2], %r1;", PtxFaultKind.Misaligned),
        ("barrier in half a warp", FirstHalf + "@%p1 bra SKIP;\n" + Barrier + "SKIP:\n", PtxFaultKind.Divergence),
        ("barrier after the halves meet", FirstHalf + "@%p1 bra SKIP;\nmov.u32 %r4, 1;\nSKIP:\n" + Barrier, null),
        ("shuffle under a guard", FirstHalf + "@%p1 shfl.sync.bfly.b32 %r4, %r1, 1, 31, 0xffffffff;", PtxFaultKind.Divergence),
        ("barrier of one warp", "setp.lt.s32 %p1, %r1, 32;\n@%p1 bra SKIP;\n" + Barrier + "SKIP:\n", PtxFaultKind.Deadlock),
        ("endless loop", "AGAIN:\nbra AGAIN;", PtxFaultKind.Deadlock),
        ("unknown instruction", "popc.b32 %r4, %r1;", PtxFaultKind.Unknown),
        ("unknown label", "bra NOWHERE;", PtxFaultKind.Unknown),
        ("unknown special register", "mov.u32 %r4, %clock;", PtxFaultKind.Unknown),
        ("unknown symbol", "mov.u64 %rd2, table;", PtxFaultKind.Unknown),
    ];

    public static IEnumerable<string> Names => Programs.Select(program => program.Name);

    [TestMethod]
    [DynamicData(nameof(Names))]
    public void Run_FindsTheFault(string name)
    {
        var (_, lines, fault) = Programs.Single(program => program.Name == name);

        if (fault is null)
        {
            Assert.IsGreaterThan(0, PtxProgram.Run(lines, resultBytes: 1024).Counters.Instructions);
            return;
        }

        Assert.AreEqual(fault, Assert.ThrowsExactly<PtxFault>(() => PtxProgram.Run(lines, resultBytes: 1024)).Kind);
    }

    [TestMethod]
    [DataRow(4, 0, DisplayName = "neighbouring words")]
    [DataRow(8, 1, DisplayName = "every second word: two lanes a bank")]
    [DataRow(128, 31, DisplayName = "one bank")]
    [DataRow(0, 0, DisplayName = "one word for all")]
    public void Run_CountsBankConflicts(int bytesApart, int expected)
    {
        string address = $"mul.lo.s32 %r3, %r1, {bytesApart};\nand.b32 %r3, %r3, 1023;\n";
        string fill = string.Concat(Enumerable.Range(0, 8).Select(i => $"st.shared.u32 [%r2+{128 * i}], %r1;\n"));

        var (_, counters) = PtxProgram.Run(address + fill + Barrier + LoadOther, threads: 32);

        // 128 bytes apart in 1024 bytes are 8 distinct words of one bank.
        Assert.AreEqual(bytesApart == 128 ? 7 : expected, counters.BankConflicts);
    }

    /// <summary>Lanes part at a branch, do different things, and meet again.</summary>
    [TestMethod]
    public void Run_BranchesLaneByLane()
    {
        var (result, _) = PtxProgram.Run(
            """
            mul.wide.u32 %rd2, %r1, 4;
            add.s64 %rd2, %rd1, %rd2;
            mov.u32 %r3, 0;
            mov.u32 %r4, 0;
            LOOP:
            setp.ge.s32 %p1, %r4, %r1;
            @%p1 bra DONE;
            add.s32 %r3, %r3, %r4;
            add.s32 %r4, %r4, 1;
            bra LOOP;
            DONE:
            st.global.u32 [%rd2], %r3;
            """,
            threads: 64);

        int[] sums = [.. Enumerable.Range(0, 64).Select(i => i * (i - 1) / 2)];
        CollectionAssert.AreEqual(sums, MemoryMarshal.Cast<byte, int>(result).ToArray());
    }

    /// <summary>1, 2, 3 … times a matrix that picks columns: every element of the operands has its place in the result.</summary>
    [TestMethod]
    public void Run_MultipliesMatricesAsThePtxIsaLaysThemOut()
    {
        // a[row][k] = 16 row + k over f16; b[k][n] = 1 where k = 2 n + 1; c = 0.5.
        var (result, counters) = PtxProgram.Run(
            $$"""
            {{HalvesOfA()}}
            {{HalvesOfB()}}
            mov.f32 %f1, 0f3F000000;
            mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%f2,%f3,%f4,%f5}, {%r10,%r11,%r12,%r13}, {%r14,%r15}, {%f1,%f1,%f1,%f1};
            mul.wide.u32 %rd2, %r1, 16;
            add.s64 %rd2, %rd1, %rd2;
            st.global.v4.f32 [%rd2], {%f2, %f3, %f4, %f5};
            """,
            threads: 32,
            resultBytes: 512);

        var found = MemoryMarshal.Cast<byte, float>(result);
        for (int lane = 0; lane < 32; lane++)
        {
            for (int i = 0; i < 4; i++)
            {
                int row = (lane / 4) + (i / 2 * 8);
                int column = (lane % 4 * 2) + (i % 2);
                Assert.AreEqual((16 * row) + (2 * column) + 1.5f, found[(lane * 4) + i], $"lane {lane}, register {i}");
            }
        }

        Assert.AreEqual(1, counters.Mma);
    }

    /// <summary>%r10 … %r13: rows lane / 4 and 8 further, columns 2 (lane % 4) and the next, then both 8 columns further.</summary>
    private static string HalvesOfA() => string.Concat(Enumerable.Range(0, 4).Select(i =>
        $"""
        shr.u32 %r3, %r1, 2;
        add.s32 %r3, %r3, {8 * (i % 2)};
        shl.b32 %r3, %r3, 4;
        and.b32 %r4, %r1, 3;
        shl.b32 %r4, %r4, 1;
        add.s32 %r3, %r3, %r4;
        add.s32 %r3, %r3, {8 * (i / 2)};
        cvt.rn.f32.s32 %f8, %r3;
        add.s32 %r3, %r3, 1;
        cvt.rn.f32.s32 %f9, %r3;
        cvt.rn.f16x2.f32 %r{10 + i}, %f9, %f8;

        """));

    /// <summary>%r14, %r15: column lane / 4, rows 2 (lane % 4) and the next, then 8 rows further.</summary>
    private static string HalvesOfB() => string.Concat(Enumerable.Range(0, 2).Select(i =>
        $"""
        and.b32 %r3, %r1, 3;
        shl.b32 %r3, %r3, 1;
        add.s32 %r3, %r3, {(8 * i) + 1};
        shr.u32 %r4, %r1, 2;
        shl.b32 %r4, %r4, 1;
        add.s32 %r4, %r4, 1;
        setp.eq.s32 %p1, %r3, %r4;
        selp.b32 %r{14 + i}, 1006632960, 0, %p1;

        """));
}
