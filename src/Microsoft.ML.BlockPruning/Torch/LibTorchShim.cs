namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Makes TorchSharp's native shim loadable where libstdc++ is older than GCC 13.2 (Debian 12, Ubuntu 22.04).</summary>
/// <remarks>
/// libLibTorchSharp.so 0.107.0 asks for the version node GLIBCXX_3.4.32 for one symbol only, the empty initialiser
/// <c>std::ios_base_library_init()</c>. A copy with that need marked weak (VER_FLG_WEAK: the loader no longer refuses) and the
/// symbol bound to another function without arguments or lasting effect loads on older systems. Structures and flags: LSB core,
/// symbol versioning; ELF gABI, symbol table.
/// </remarks>
internal static class LibTorchShim
{
    private const int SymbolSize = 24; // Elf64_Sym: st_name at 0
    private const ushort WeakFlag = 2; // VER_FLG_WEAK
    private const ushort GlobalVersion = 1; // VER_NDX_GLOBAL: any version will do

    private static ReadOnlySpan<byte> MissingNode => "GLIBCXX_3.4.32"u8;

    private static ReadOnlySpan<byte> MissingSymbol => "_ZSt21ios_base_library_initv"u8;

    private static ReadOnlySpan<byte> HarmlessSymbol => "tzset"u8; // void tzset(void), in every libc

    /// <summary>Patches a copy of the shim.</summary>
    /// <param name="elf">The bytes of libLibTorchSharp.so (ELF64, little-endian).</param>
    /// <returns>
    /// Patched bytes, or null where the file does not ask for the missing node: then another cause stops it from loading.
    /// </returns>
    /// <exception cref="InvalidDataException">
    /// The bytes are not an ELF64 library, or they end before what their headers promise.
    /// </exception>
    public static byte[]? Patch(ReadOnlySpan<byte> elf)
    {
        var image = new ElfImage(elf);
        return FindNeed(image) is { } need && FindSymbol(image) is { } symbol ? Patch(image, need, symbol) : null;
    }

    private static byte[] Patch(ElfImage image, long need, long symbol)
    {
        image.WriteU16(need + 4, (ushort)(image.U16(need + 4) | WeakFlag));
        image.WriteU16(image.VersionSymbols + (symbol * 2), GlobalVersion);
        image.WriteText(image.U32(image.Symbols + (symbol * SymbolSize)), MissingSymbol.Length, HarmlessSymbol);
        return image.Bytes;
    }

    /// <summary>Offset of the Elf64_Vernaux that names the missing node.</summary>
    private static long? FindNeed(ElfImage image)
    {
        // Elf64_Verneed: vn_cnt at 2, vn_aux at 8, vn_next at 12; Elf64_Vernaux: vna_flags at 4, vna_name at 8, vna_next at 12.
        for (long need = image.VersionNeeds, step = need; step > 0; need += step)
        {
            long auxiliary = need + image.U32(need + 8);
            for (int left = image.U16(need + 2); left > 0; left--)
            {
                if (image.IsText(image.U32(auxiliary + 8), MissingNode))
                {
                    return auxiliary;
                }

                long next = image.U32(auxiliary + 12);
                if (next == 0)
                {
                    break;
                }

                auxiliary += next;
            }

            step = image.U32(need + 12);
        }

        return null;
    }

    /// <summary>
    /// Index of the missing symbol; null also where another symbol's name lies inside its name, which renaming would break.
    /// </summary>
    private static long? FindSymbol(ElfImage image)
    {
        long count = image.SymbolsLength / SymbolSize;
        for (long i = 0; i < count; i++)
        {
            uint name = image.U32(image.Symbols + (i * SymbolSize));
            if (image.IsText(name, MissingSymbol))
            {
                return IsNameShared(image, name, exceptSymbol: i) ? null : i;
            }
        }

        return null;
    }

    private static bool IsNameShared(ElfImage image, uint name, long exceptSymbol)
    {
        for (long i = 0; i < image.SymbolsLength / SymbolSize; i++)
        {
            uint other = image.U32(image.Symbols + (i * SymbolSize));
            if (i != exceptSymbol && other >= name && other < name + MissingSymbol.Length)
            {
                return true;
            }
        }

        return false;
    }
}
