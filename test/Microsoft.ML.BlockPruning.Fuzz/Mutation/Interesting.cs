using System.Globalization;

namespace Microsoft.ML.BlockPruning.Fuzz.Mutation;

/// <summary>Values at which readers go wrong: edges of types, products that overflow, what is no number.</summary>
internal static class Interesting
{
    private static readonly long[] Integers =
    [
        0, 1, 2, 3, 4, 7, 8, 16, 32, 64, 100, 127, 128, 255, 256, 1000, 4096, 16384, 32767, 32768, 46340, 46341, 65535, 65536,
        100_000_000, 536_870_911, 536_870_912, 600_000_000, 1_073_741_824, int.MaxValue - 1, int.MaxValue, 1L + int.MaxValue,
        uint.MaxValue, 1L + uint.MaxValue, long.MaxValue, -1, -2, -128, int.MinValue, long.MinValue,
    ];

    private static readonly float[] Singles =
    [
        0f, -0f, 1f, -1f, float.Epsilon, 1e-38f, 1e-6f, 1e6f, 1e19f, 3e38f, -3e38f, float.MaxValue, float.PositiveInfinity,
        float.NegativeInfinity, float.NaN,
    ];

    private static readonly string[] Texts =
    [
        "1e999", "-1e999", "1e308", "1e-320", "0.5", "1.5", "-0", "1e9", "1e2147483647", "18446744073709551616", "null", "true", "[]", "{}",
        "\"\"", "\"NaN\"", "\"Infinity\"", "\"\\ud800\"", "\"\\u0000\\u001b[31m\"", "\"16x16\"", "\"0x0\"", "\"2147483647x2147483647\"",
        "\"-1\"", "\"\\u200f\\ufeff\"", "[[[[[[[[]]]]]]]]", "[null]", "{\"\":null}",
    ];

    public static long Integer(Random random) => Integers[random.Next(Integers.Length)];

    public static float Single(Random random) => Singles[random.Next(Singles.Length)];

    /// <summary>A value as JSON text; not all of it is valid.</summary>
    public static string Json(Random random) => random.Next(60) switch
    {
        < 30 => Integer(random).ToString(CultureInfo.InvariantCulture),
        < 58 => Texts[random.Next(Texts.Length)],
        58 => new string('[', 2000),
        _ => $"\"{new string('x', 20_000)}\"",
    };
}
