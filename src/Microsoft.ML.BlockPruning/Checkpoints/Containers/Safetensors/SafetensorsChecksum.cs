using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Safetensors;

/// <summary>The SHA-256 of a whole safetensors file, header and data, in the header's free strings.</summary>
/// <remarks>
/// It is taken with 64 zeros in its own place, so that it covers names, shapes and metadata too. Readers that do not know the entry pass
/// it over; Python's are among them.
/// </remarks>
internal static class SafetensorsChecksum
{
    /// <summary>The entry's name in <c>__metadata__</c>.</summary>
    public const string Key = "sha256_of_file";

    private const int Digits = 2 * SHA256.HashSizeInBytes;
    private const int ChunkBytes = 1 << 20;

    /// <summary>What stands in the entry's place while the sum is taken.</summary>
    public static string Placeholder { get; } = new('0', Digits);

    /// <summary>Puts the sum into a header that holds <see cref="Placeholder"/>.</summary>
    /// <param name="length">The header's length, as the file begins.</param>
    /// <param name="header">The header's JSON, changed.</param>
    /// <param name="writeData">Writes what follows the header; called once.</param>
    public static void Seal(ReadOnlySpan<byte> length, Span<byte> header, Action<Stream> writeData)
    {
        var place = header.Slice(PlaceIn(header), Digits);
        using var sum = SHA256.Create();
        using (var stream = new CryptoStream(Stream.Null, sum, CryptoStreamMode.Write, leaveOpen: true))
        {
            stream.Write(length);
            stream.Write(header);
            writeData(stream);
        }

        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(sum.Hash!), place);
    }

    /// <summary>The sum of a file as it is.</summary>
    /// <param name="length">The header's length, as the file begins.</param>
    /// <param name="header">The header's JSON; the sum's place becomes zeros.</param>
    /// <param name="data">Read to its end.</param>
    /// <exception cref="FormatException">The header's own sum is not 64 digits.</exception>
    public static string Of(ReadOnlySpan<byte> length, Span<byte> header, Stream data)
    {
        header.Slice(PlaceIn(header), Digits).Fill((byte)'0');
        using var sum = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        sum.AppendData(length);
        sum.AppendData(header);
        byte[] chunk = new byte[Math.Min(ChunkBytes, Math.Max(1, data.Length - data.Position))];
        for (int read = data.Read(chunk); read > 0; read = data.Read(chunk))
        {
            sum.AppendData(chunk, 0, read);
        }

        return Convert.ToHexStringLower(sum.GetHashAndReset());
    }

    private static int PlaceIn(ReadOnlySpan<byte> header)
    {
        var reader = new Utf8JsonReader(header);
        while (reader.Read())
        {
            if (reader is { CurrentDepth: 2, TokenType: JsonTokenType.PropertyName } && reader.ValueTextEquals(Key))
            {
                reader.Read();
                return reader is { TokenType: JsonTokenType.String, ValueIsEscaped: false, ValueSpan.Length: Digits }
                    ? (int)reader.TokenStartIndex + 1
                    : throw new FormatException($"metadata '{Key}' is no SHA-256 of {Digits} hexadecimal digits");
            }
        }

        throw new FormatException($"there is no metadata '{Key}'");
    }
}
