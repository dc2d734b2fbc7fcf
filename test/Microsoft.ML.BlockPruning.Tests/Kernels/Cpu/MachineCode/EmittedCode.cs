using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Attention;
using Microsoft.ML.BlockPruning.Kernels.Cpu.Dot;
using Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cpu.MachineCode;

/// <summary>All functions, as the resource holds them.</summary>
internal static class EmittedCode
{
    /// <summary>In the resource's order.</summary>
    public static IEnumerable<(ShippedFunction Function, CallConvention Convention, int Vectors)> Keys =>
        from function in Enum.GetValues<ShippedFunction>()
        from convention in Enum.GetValues<CallConvention>()
        from vectors in Enumerable.Range(1, 3)
        select (function, convention, vectors);

    public static byte[] Of(ShippedFunction function, CallConvention convention, int vectors) => function == ShippedFunction.BFloat16Tile
        ? TileEmitter.Emit(convention, vectors)
        : DotEmitter.Emit(function, convention, vectors);

    /// <summary>Where in the argument of a function Windows' registers are kept.</summary>
    public static int SavedOffsetOf(ShippedFunction function) => (int)(function == ShippedFunction.BFloat16Tile
        ? Marshal.OffsetOf<TileCall>(nameof(TileCall.Saved))
        : Marshal.OffsetOf<DotCall>(nameof(DotCall.Saved)));

    /// <summary>The resource.</summary>
    public static byte[] Resource()
    {
        using var bytes = new MemoryStream();
        Write(bytes, ShippedCode.Tag);
        Write(bytes, Keys.Count());
        foreach (var (function, convention, vectors) in Keys)
        {
            byte[] code = Of(function, convention, vectors);
            bytes.Write([(byte)function, (byte)convention, (byte)vectors, 0]);
            Write(bytes, code.Length);
            bytes.Write(code);
        }

        return bytes.ToArray();
    }

    private static void Write(MemoryStream bytes, int value)
    {
        Span<byte> four = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(four, value);
        bytes.Write(four);
    }
}
