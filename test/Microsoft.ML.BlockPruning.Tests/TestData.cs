using System.Globalization;
using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.Tests;

/// <summary>Reads data views in the ways that consumers do.</summary>
internal static class TestData
{
    /// <summary>[rows] scores by a cursor over the Score column alone.</summary>
    public static List<float[]> Scores(IDataView data) => [.. data.GetColumn<float[]>("Score")];

    /// <summary>Fails unless the same rows have the same scores, bit for bit.</summary>
    public static void AssertSameBits(IReadOnlyList<float[]> expected, IReadOnlyList<float[]> actual)
    {
        Assert.AreEqual(expected.Count, actual.Count);
        for (int i = 0; i < expected.Count; i++)
        {
            Assert.AreEqual(Hex(expected[i]), Hex(actual[i]), $"row {i}");
        }
    }

    /// <summary>The bits of a row's scores as text.</summary>
    public static string Hex(float[] scores) =>
        string.Join(' ', scores.Select(score => BitConverter.SingleToUInt32Bits(score).ToString("x8", CultureInfo.InvariantCulture)));
}
