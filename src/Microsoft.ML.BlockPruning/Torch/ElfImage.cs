using System.Buffers.Binary;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>A copy of an ELF64 little-endian library with its dynamic symbols and version tables; every access is checked.</summary>
/// <remarks>Offsets follow the ELF gABI, chapters 4 (sections) and 5 (dynamic linking).</remarks>
internal sealed class ElfImage
{
    private const uint DynamicSymbolsType = 11; // SHT_DYNSYM
    private const uint VersionSymbolsType = 0x6fffffff; // SHT_GNU_versym
    private const uint VersionNeedsType = 0x6ffffffe; // SHT_GNU_verneed

    private readonly long _strings;

    /// <summary>Copies the bytes and finds the tables.</summary>
    /// <param name="elf">The whole file.</param>
    /// <exception cref="InvalidDataException">Not an ELF64 little-endian file, or one that ends early.</exception>
    public ElfImage(ReadOnlySpan<byte> elf)
    {
        if (elf.Length < 64 || !elf.StartsWith("\u007fELF\u0002\u0001"u8))
        {
            throw new InvalidDataException("Not a little-endian ELF64 library.");
        }

        Bytes = elf.ToArray();

        // Elf64_Ehdr: e_shoff at 0x28, e_shentsize at 0x3A, e_shnum at 0x3C.
        // Elf64_Shdr: sh_type at 4, sh_offset at 24, sh_size at 32, sh_link at 40.
        long table = I64(0x28);
        long entry = U16(0x3A);
        int count = U16(0x3C);
        for (int i = 0; i < count; i++)
        {
            long header = table + (i * entry);
            long offset = I64(header + 24);
            switch (U32(header + 4))
            {
                case DynamicSymbolsType:
                    Symbols = offset;
                    SymbolsLength = I64(header + 32);
                    _strings = I64(table + (U32(header + 40) * entry) + 24);
                    break;
                case VersionSymbolsType:
                    VersionSymbols = offset;
                    break;
                case VersionNeedsType:
                    VersionNeeds = offset;
                    break;
            }
        }
    }

    /// <summary>The copy itself.</summary>
    public byte[] Bytes { get; }

    /// <summary>File offset of the dynamic symbols, Elf64_Sym each; 0 without them.</summary>
    public long Symbols { get; }

    /// <summary>Bytes of the dynamic symbols.</summary>
    public long SymbolsLength { get; }

    /// <summary>File offset of the version index of each dynamic symbol, 16 bits each.</summary>
    public long VersionSymbols { get; }

    /// <summary>File offset of the first Elf64_Verneed; 0 without any.</summary>
    public long VersionNeeds { get; }

    public ushort U16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Slice(at, 2));

    public uint U32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Slice(at, 4));

    public void WriteU16(long at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Slice(at, 2), value);

    /// <summary>Whether the dynamic string at <paramref name="name"/> is exactly <paramref name="text"/>.</summary>
    public bool IsText(uint name, ReadOnlySpan<byte> text)
    {
        long at = _strings + name;
        Slice(at, 1);
        return at + text.Length < Bytes.Length && Slice(at, text.Length).SequenceEqual(text) && Bytes[at + text.Length] == 0;
    }

    /// <summary>Puts a shorter dynamic string in the place of one of <paramref name="length"/> bytes.</summary>
    public void WriteText(uint name, int length, ReadOnlySpan<byte> text)
    {
        var place = Slice(_strings + name, length);
        place.Clear();
        text.CopyTo(place);
    }

    private long I64(long at) => BinaryPrimitives.ReadInt64LittleEndian(Slice(at, 8));

    private Span<byte> Slice(long at, int length) =>
        at >= 0 && at <= Bytes.Length - length
            ? Bytes.AsSpan((int)at, length)
            : throw new InvalidDataException(
                $"The library ends at byte {Bytes.Length}, but its headers name bytes {at} to {at + length - 1}.");
}
