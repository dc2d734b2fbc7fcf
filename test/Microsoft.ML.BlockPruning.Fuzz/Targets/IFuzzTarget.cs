using Microsoft.ML.BlockPruning.Fuzz.Mutation;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A format that the product reads.</summary>
internal interface IFuzzTarget
{
    /// <summary>Names the folder of its corpus, in lower case.</summary>
    string Name { get; }

    /// <summary>What may come out of <see cref="Read"/>, of just these types: everything else is a finding.</summary>
    IReadOnlyList<Type> Documented { get; }

    /// <summary>Changes that keep the format's lengths and checksums right, so that what lies behind them is reached.</summary>
    IReadOnlyList<IMutator> Mutators { get; }

    /// <summary>Files below <c>test/Cases</c> that are of this format, as patterns of a folder and a name.</summary>
    IReadOnlyList<string> Cases { get; }

    /// <summary>Bytes of managed memory that one <see cref="Read"/> may take in all: a small file must not ask for much.</summary>
    long AllocatedAtMost => 128L << 20;

    /// <summary>Good files, as the product writes them today; the corpus comes besides.</summary>
    IEnumerable<byte[]> Seeds();

    /// <summary>Reads a file as the product does, then uses what came of it: scores, saves and loads again, renders.</summary>
    /// <param name="content">The file; not changed.</param>
    void Read(byte[] content);
}
