using System.Buffers.Binary;
using System.Text;

namespace Microsoft.ML.BlockPruning.Training;

/// <summary>Makes TorchSharp's native shim loadable where libstdc++ is older than GCC 13.2 (Debian 12, Ubuntu 22.04).</summary>
/// <remarks>
/// libLibTorchSharp.so 0.107.0 asks for the version node GLIBCXX_3.4.32 for one symbol only, the empty initialiser
/// <c>std::ios_base_library_init()</c>. A copy with that need marked weak (ELF gABI, VER_FLG_WEAK) and the symbol bound to another
/// function without arguments or effect loads on older systems. ELF64 little-endian offsets below follow the gABI, chapters 4 and 5.
/// </remarks>
internal static class LibTorchShim
{
    private const string MissingNode = "GLIBCXX_3.4.32";
    private const string MissingSymbol = "_ZSt21ios_base_library_initv";
    private const string HarmlessSymbol = "tzset"; // void tzset(void), in every libc

    private const uint SectionDynamicSymbols = 11;
    private const uint SectionVersionSymbols = 0x6fffffff;
    private const uint SectionVersionNeeds = 0x6ffffffe;
    private const ushort WeakFlag = 2;
    private const ushort GlobalVersion = 1;

    /// <summary>Patches a copy of the shim.</summary>
    /// <param name="elf">The bytes of libLibTorchSharp.so (ELF64, little-endian).</param>
    /// <returns>Patched bytes, or null where the file does not ask for the missing node: then another cause stops it from loading.</returns>
    /// <exception cref="InvalidDataException">The bytes are not an ELF64 library.</exception>
    public static byte[]? Patch(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || !elf.StartsWith("\u007FELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("Not a little-endian ELF64 library.");
        }

        byte[] bytes = elf.ToArray();
        var sections = Sections.Read(bytes);
        bool patched = WeakenNeed(bytes, sections);
        return RebindSymbol(bytes, sections) && patched ? bytes : null;
    }

    private static bool WeakenNeed(byte[] bytes, Sections sections)
    {
        bool found = false;
        for (long need = sections.VersionNeeds; need > 0;)
        {
            // Elf64_Verneed: vn_cnt at 2, vn_aux at 8, vn_next at 12; Elf64_Vernaux: vna_flags at 4, vna_name at 8, vna_next at 12.
            long auxiliary = need + U32(bytes, need + 8);
            for (int k = U16(bytes, need + 2); k > 0; k--)
            {
                if (sections.Text(bytes, U32(bytes, auxiliary + 8)) == MissingNode)
                {
                    ushort flags = (ushort)(U16(bytes, auxiliary + 4) | WeakFlag);
                    BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan((int)auxiliary + 4), flags);
                    found = true;
                }

                auxiliary += U32(bytes, auxiliary + 12);
            }

            uint next = U32(bytes, need + 12);
            need = next == 0 ? 0 : need + next;
        }

        return found;
    }

    private static bool RebindSymbol(byte[] bytes, Sections sections)
    {
        const int symbolSize = 24; // Elf64_Sym: st_name at 0
        for (int i = 0; i < sections.SymbolsLength / symbolSize; i++)
        {
            uint name = U32(bytes, sections.Symbols + (i * symbolSize));
            if (sections.Text(bytes, name) != MissingSymbol)
            {
                continue;
            }

            int at = (int)(sections.Strings + name);
            bytes.AsSpan(at, MissingSymbol.Length).Clear();
            Encoding.ASCII.GetBytes(HarmlessSymbol).CopyTo(bytes, at);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan((int)sections.VersionSymbols + (i * 2)), GlobalVersion);
            return true;
        }

        return false;
    }

    private static ushort U16(byte[] bytes, long at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan((int)at));

    private static uint U32(byte[] bytes, long at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan((int)at));

    private static long I64(byte[] bytes, long at) => BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan((int)at));

    private readonly record struct Sections(long Symbols, long SymbolsLength, long Strings, long VersionSymbols, long VersionNeeds)
    {
        public static Sections Read(byte[] bytes)
        {
            // Elf64_Ehdr: e_shoff at 0x28, e_shentsize at 0x3A, e_shnum at 0x3C.
            // Elf64_Shdr: sh_type at 4, sh_offset at 24, sh_size at 32, sh_link at 40.
            long table = I64(bytes, 0x28);
            int entry = U16(bytes, 0x3A);
            var sections = default(Sections);
            for (int i = 0; i < U16(bytes, 0x3C); i++)
            {
                long header = table + (i * entry);
                long offset = I64(bytes, header + 24);
                sections = U32(bytes, header + 4) switch
                {
                    SectionDynamicSymbols => sections with
                    {
                        Symbols = offset,
                        SymbolsLength = I64(bytes, header + 32),
                        Strings = I64(bytes, table + (U32(bytes, header + 40) * entry) + 24),
                    },
                    SectionVersionSymbols => sections with { VersionSymbols = offset },
                    SectionVersionNeeds => sections with { VersionNeeds = offset },
                    _ => sections,
                };
            }

            return sections;
        }

        public string Text(byte[] bytes, uint name)
        {
            int start = (int)(Strings + name);
            return Encoding.ASCII.GetString(bytes, start, Array.IndexOf(bytes, (byte)0, start) - start);
        }
    }
}
