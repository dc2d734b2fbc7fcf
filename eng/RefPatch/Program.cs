using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

// RefPatch <assembly> <copy> <type> ...: copies an assembly with the named top-level types made public.
// The copy is for the compiler only; at run time the original is loaded, and IgnoresAccessChecksTo lets the types be reached.
if (args.Length < 3)
{
    Console.Error.WriteLine("RefPatch: usage: RefPatch <assembly> <copy> <type> ...");
    return 2;
}

byte[] image = File.ReadAllBytes(args[0]);
var wanted = args.Skip(2).ToHashSet(StringComparer.Ordinal);
using var reader = new PEReader(new MemoryStream(image));
var metadata = reader.GetMetadataReader();
int table = reader.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.TypeDef);
int rowSize = metadata.GetTableRowSize(TableIndex.TypeDef);
foreach (var handle in metadata.TypeDefinitions)
{
    var type = metadata.GetTypeDefinition(handle);
    if (!wanted.Remove($"{metadata.GetString(type.Namespace)}.{metadata.GetString(type.Name)}"))
    {
        continue;
    }

    // A TypeDef row starts with its 4-byte flags (ECMA-335 II.22.37); rows count from 1.
    var flags = image.AsSpan(table + ((MetadataTokens.GetRowNumber(handle) - 1) * rowSize), sizeof(uint));
    uint visible = (BinaryPrimitives.ReadUInt32LittleEndian(flags) & ~(uint)TypeAttributes.VisibilityMask) | (uint)TypeAttributes.Public;
    BinaryPrimitives.WriteUInt32LittleEndian(flags, visible);
}

if (wanted.Count > 0)
{
    // The format that MSBuild reads as an error.
    Console.Error.WriteLine(
        $"{args[0]} : error BP0001: {metadata.GetAssemblyDefinition().GetAssemblyName().FullName} "
        + $"no longer has {string.Join(", ", wanted.Order())}, which saving, loading and exporting of models need; "
        + "this version of Microsoft.ML is not supported.");
    return 1;
}

Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(args[1]))!);
string aside = $"{args[1]}.{Environment.ProcessId}";
File.WriteAllBytes(aside, image);
File.Move(aside, args[1], overwrite: true);
return 0;
