namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>The instructions that turn registers into a register. 32-bit values are kept zero-extended, predicates are 0 or 1.</summary>
/// <remarks>
/// float32 follows IEEE as the PTX ISA has it for .rn; ex2.approx is the exact value rounded, within the 2^-22 that the ISA
/// gives it; the tests' bounds leave room for the hardware's.
/// </remarks>
internal static class PtxArithmetic
{
    private static readonly Dictionary<string, Function> Functions = Build();

    public delegate ulong Function(ulong a, ulong b, ulong c);

    /// <summary>The arithmetic of an opcode, or null where it is not known.</summary>
    public static Function? Find(string opcode) => Functions.GetValueOrDefault(opcode);

    private static Dictionary<string, Function> Build()
    {
        var table = new Dictionary<string, Function>
        {
            ["mov.u32"] = (a, _, _) => (uint)a,
            ["mov.b32"] = (a, _, _) => (uint)a,
            ["mov.f32"] = (a, _, _) => (uint)a,
            ["mov.u64"] = (a, _, _) => a,
            ["mov.b64"] = (a, _, _) => a,
            ["mov.u16"] = (a, _, _) => (ushort)a,
            ["mov.pred"] = (a, _, _) => a,
            ["cvta.to.global.u64"] = (a, _, _) => a,
            ["cvta.shared.u64"] = (a, _, _) => a,
            ["cvta.to.shared.u64"] = (a, _, _) => a,
            ["cvt.s64.s32"] = (a, _, _) => (ulong)(int)a,
            ["cvt.u64.u32"] = (a, _, _) => (uint)a,
            ["cvt.u32.u64"] = (a, _, _) => (uint)a,
            ["cvt.u16.u32"] = (a, _, _) => (ushort)a,
            ["cvt.u32.u16"] = (a, _, _) => (ushort)a,
            ["cvt.rn.f32.s32"] = (a, _, _) => Bits((int)a),
            ["cvt.rn.f32.u32"] = (a, _, _) => Bits((uint)a),
            ["cvt.f32.f16"] = (a, _, _) => Bits(HalfPrecision.WidenF16((ushort)a)),
            ["cvt.rn.f16x2.f32"] = (a, b, _) => ((uint)HalfPrecision.NarrowF16(Float(a)) << 16) | HalfPrecision.NarrowF16(Float(b)),
            ["cvt.rn.bf16x2.f32"] = (a, b, _) => ((uint)HalfPrecision.NarrowBF16(Float(a)) << 16) | HalfPrecision.NarrowBF16(Float(b)),
            ["add.f32"] = (a, b, _) => Bits(Float(a) + Float(b)),
            ["sub.f32"] = (a, b, _) => Bits(Float(a) - Float(b)),
            ["mul.f32"] = (a, b, _) => Bits(Float(a) * Float(b)),
            ["add.rn.f32"] = (a, b, _) => Bits(Float(a) + Float(b)),
            ["sub.rn.f32"] = (a, b, _) => Bits(Float(a) - Float(b)),
            ["mul.rn.f32"] = (a, b, _) => Bits(Float(a) * Float(b)),
            ["fma.rn.f32"] = (a, b, c) => Bits(MathF.FusedMultiplyAdd(Float(a), Float(b), Float(c))),
            ["div.rn.f32"] = (a, b, _) => Bits(Float(a) / Float(b)),
            ["rcp.rn.f32"] = (a, _, _) => Bits(1 / Float(a)),
            ["sqrt.rn.f32"] = (a, _, _) => Bits(MathF.Sqrt(Float(a))),
            ["neg.f32"] = (a, _, _) => (uint)a ^ 0x80000000,
            ["abs.f32"] = (a, _, _) => (uint)a & 0x7FFFFFFF,
            ["max.f32"] = (a, b, _) => Bits(float.MaxNumber(Float(a), Float(b))),
            ["min.f32"] = (a, b, _) => Bits(float.MinNumber(Float(a), Float(b))),
            ["ex2.approx.ftz.f32"] = (a, _, _) => Bits(ExponentialOf2(Float(a))),
            ["selp.b32"] = (a, b, c) => (uint)(c != 0 ? a : b),
            ["selp.f32"] = (a, b, c) => (uint)(c != 0 ? a : b),
            ["selp.b64"] = (a, b, c) => c != 0 ? a : b,
            ["selp.b16"] = (a, b, c) => (ushort)(c != 0 ? a : b),
            ["and.pred"] = (a, b, _) => a & b,
            ["or.pred"] = (a, b, _) => a | b,
            ["xor.pred"] = (a, b, _) => a ^ b,
            ["not.pred"] = (a, _, _) => a ^ 1,
            ["add.s64"] = (a, b, _) => a + b,
            ["sub.s64"] = (a, b, _) => a - b,
            ["mul.lo.s64"] = (a, b, _) => a * b,
            ["mad.lo.s64"] = (a, b, c) => (a * b) + c,
            ["shl.b64"] = (a, b, _) => (uint)b > 63 ? 0 : a << (int)b,
            ["shr.u64"] = (a, b, _) => (uint)b > 63 ? 0 : a >> (int)b,
            ["shr.s64"] = (a, b, _) => (ulong)((long)a >> (int)Math.Min((uint)b, 63)),
            ["and.b64"] = (a, b, _) => a & b,
            ["or.b64"] = (a, b, _) => a | b,
            ["mul.wide.s32"] = (a, b, _) => (ulong)((long)(int)a * (int)b),
            ["mul.wide.u32"] = (a, b, _) => (ulong)(uint)a * (uint)b,
            ["mad.wide.s32"] = (a, b, c) => (ulong)((long)(int)a * (int)b) + c,
            ["mad.wide.u32"] = (a, b, c) => ((ulong)(uint)a * (uint)b) + c,
        };
        AddIntegers(table);
        AddComparisons(table);
        return table;
    }

    private static void AddIntegers(Dictionary<string, Function> table)
    {
        table["add.s32"] = (a, b, _) => (uint)a + (uint)b;
        table["sub.s32"] = (a, b, _) => (uint)a - (uint)b;
        table["mul.lo.s32"] = (a, b, _) => (uint)a * (uint)b;
        table["mad.lo.s32"] = (a, b, c) => ((uint)a * (uint)b) + (uint)c;
        table["mul.hi.u32"] = (a, b, _) => ((ulong)(uint)a * (uint)b) >> 32;
        table["mul.hi.s32"] = (a, b, _) => (uint)(((long)(int)a * (int)b) >> 32);
        table["div.s32"] = (a, b, _) => (uint)((int)a / (int)b);
        table["div.u32"] = (a, b, _) => (uint)a / (uint)b;
        table["rem.s32"] = (a, b, _) => (uint)((int)a % (int)b);
        table["rem.u32"] = (a, b, _) => (uint)a % (uint)b;
        table["neg.s32"] = (a, _, _) => (uint)-(int)a;
        table["max.s32"] = (a, b, _) => (uint)Math.Max((int)a, (int)b);
        table["min.s32"] = (a, b, _) => (uint)Math.Min((int)a, (int)b);
        table["max.u32"] = (a, b, _) => Math.Max((uint)a, (uint)b);
        table["min.u32"] = (a, b, _) => Math.Min((uint)a, (uint)b);
        table["and.b32"] = (a, b, _) => (uint)a & (uint)b;
        table["or.b32"] = (a, b, _) => (uint)a | (uint)b;
        table["xor.b32"] = (a, b, _) => (uint)a ^ (uint)b;
        table["not.b32"] = (a, _, _) => ~(uint)a;
        table["shl.b32"] = (a, b, _) => (uint)b > 31 ? 0 : (uint)a << (int)b;
        table["shr.u32"] = (a, b, _) => (uint)b > 31 ? 0 : (uint)a >> (int)b;
        table["shr.s32"] = (a, b, _) => (uint)((int)a >> (int)Math.Min((uint)b, 31));
        table["bfe.u32"] = (a, b, c) => ((uint)a >> (int)b) & ((1UL << (int)c) - 1);
    }

    /// <summary>setp for every comparison: the u forms of float comparisons are true for NaN (PTX ISA, setp).</summary>
    private static void AddComparisons(Dictionary<string, Function> table)
    {
        Compare("s32", (a, b) => ((int)a).CompareTo((int)b));
        Compare("u32", (a, b) => ((uint)a).CompareTo((uint)b));
        Compare("s64", (a, b) => ((long)a).CompareTo((long)b));
        Compare("u64", (a, b) => a.CompareTo(b));
        foreach (var (name, holds) in Relations())
        {
            table[$"setp.{name}.f32"] = (a, b, _) => !IsUnordered(a, b) && holds(Float(a).CompareTo(Float(b))) ? 1u : 0;
            table[$"setp.{name}u.f32"] = (a, b, _) => IsUnordered(a, b) || holds(Float(a).CompareTo(Float(b))) ? 1u : 0;
        }

        table["setp.nan.f32"] = (a, b, _) => IsUnordered(a, b) ? 1u : 0;
        table["setp.num.f32"] = (a, b, _) => IsUnordered(a, b) ? 0 : 1u;

        void Compare(string type, Func<ulong, ulong, int> order)
        {
            foreach (var (name, holds) in Relations())
            {
                table[$"setp.{name}.{type}"] = (a, b, _) => holds(order(a, b)) ? 1u : 0;
            }
        }
    }

    private static (string Name, Func<int, bool> Holds)[] Relations() =>
    [
        ("lt", order => order < 0), ("le", order => order <= 0), ("gt", order => order > 0),
        ("ge", order => order >= 0), ("eq", order => order == 0), ("ne", order => order != 0),
    ];

    private static bool IsUnordered(ulong a, ulong b) => float.IsNaN(Float(a)) || float.IsNaN(Float(b));

    private static float ExponentialOf2(float x)
    {
        float y = (float)Math.Pow(2, x);
        return float.IsSubnormal(y) ? 0 : y;
    }

    private static float Float(ulong bits) => BitConverter.UInt32BitsToSingle((uint)bits);

    private static ulong Bits(float value) => BitConverter.SingleToUInt32Bits(value);
}
