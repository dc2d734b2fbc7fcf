using System.Security.Cryptography;
using System.Text;
using Microsoft.ML.BlockPruning.Networks.Names;

namespace Microsoft.ML.BlockPruning.Tests.Networks.Names;

/// <summary>The canonical forms against Python's <c>unicodedata.normalize</c> (Unicode 14).</summary>
[TestClass]
public sealed class CanonicalFormTests
{
    // Letters, marks of several classes, Hangul, pairs that compose, exclusions, characters of two units.
    private static readonly int[] Alphabet =
    [
        0x41, 0x61, 0x65, 0x6f, 0x71, 0x300, 0x301, 0x302, 0x307, 0x308, 0x30a, 0x323, 0x327, 0x328, 0x331, 0x338, 0x345, 0x3b1, 0x3c9,
        0x1100, 0x1161, 0x11a8, 0xac00, 0x212b, 0x1e0b, 0x1ee4, 0x915, 0x93c, 0x9c7, 0x9be, 0x1d157, 0x1d165, 0x1d16e, 0x10000,
    ];

    [TestMethod]
    [DataRow("cafe\u0301", "caf\u00e9", "cafe\u0301")]
    [DataRow("\u212b", "\u00c5", "A\u030a")] // a single character is never composed to
    [DataRow("q\u0323\u0307", "q\u0323\u0307", "q\u0323\u0307")]
    [DataRow("q\u0307\u0323", "q\u0323\u0307", "q\u0323\u0307")] // marks in order of their classes
    [DataRow("\u1112\u1161\u11ab", "\ud55c", "\u1112\u1161\u11ab")]
    [DataRow("\ud800x", "\ud800x", "\ud800x")] // half a character stays
    public void Forms_OfKnownNames(string name, string c, string d)
    {
        Assert.AreEqual(c, CanonicalForm.C(name));
        Assert.AreEqual(d, CanonicalForm.D(name));
    }

    [TestMethod]
    public void Forms_OfEveryCharacter_ArePythons()
    {
        string[] characters = [.. Enumerable.Range(0, 0x110000).Where(code => code is < 0xd800 or > 0xdfff).Select(char.ConvertFromUtf32)];

        Assert.AreEqual("9cc65524a9d8082bf10840c616cd199bd2ac12ee49a3381bd6fb7957711f342b", Hash(characters.Select(CanonicalForm.C)));
        Assert.AreEqual("b505598a484ab04ad1f0d3e9d772f4a536b012c63ec82132e4a7fba25a8d94f2", Hash(characters.Select(CanonicalForm.D)));
    }

    [TestMethod]
    public void Forms_OfRandomNames_ArePythons()
    {
        uint state = 1;
        var names = new List<string>();
        for (int i = 0; i < 20_000; i++)
        {
            var name = new StringBuilder();
            for (int j = 0; j < 6; j++)
            {
                state = ((state * 1103515245) + 12345) & 0x7fffffff;
                name.Append(char.ConvertFromUtf32(Alphabet[(int)((state >> 16) % Alphabet.Length)]));
            }

            names.Add(name.ToString());
        }

        Assert.AreEqual("75ab70fa4d24c662ac05b8c85b798c288667b62d0dc849725ec87e23dc1685a3", Hash(names.Select(CanonicalForm.C)));
        Assert.AreEqual("87b61395f18a5fb90b81d4c3e14fd8cec8097c2dcc67795c5c38f771be45f9dc", Hash(names.Select(CanonicalForm.D)));
    }

    private static string Hash(IEnumerable<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string text in texts)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
