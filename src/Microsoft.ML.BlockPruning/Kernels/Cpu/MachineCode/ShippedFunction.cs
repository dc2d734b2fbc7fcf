namespace Microsoft.ML.BlockPruning.Kernels.Cpu.MachineCode;

/// <summary>The functions that ship as machine code, one each for panels of one, two and three vectors of 16 tokens.</summary>
internal enum ShippedFunction : byte
{
    /// <summary>Strips of 8-bit integers times a panel, by vpdpbusd; takes a DotCall.</summary>
    Int8Dot = 1,

    /// <summary>Strips of bfloat16 pairs times a panel, by vdpbf16ps; takes a DotCall.</summary>
    BFloat16Dot = 2,

    /// <summary>Rows of bfloat16 pairs times a panel, added to what is there, by vdpbf16ps; takes a TileCall.</summary>
    BFloat16Tile = 3,
}

/// <summary>How a function gets its argument and whose registers it must give back.</summary>
internal enum CallConvention : byte
{
    /// <summary>System V AMD64: the argument in rdi, all vector registers free.</summary>
    SystemV = 1,

    /// <summary>Windows x64: the argument in rcx, xmm6 to xmm15 the caller's.</summary>
    Windows = 2,
}
