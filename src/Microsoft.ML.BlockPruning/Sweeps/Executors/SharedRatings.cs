using System.Globalization;
using Microsoft.ML.BlockPruning.Pruning.Criteria;
using Microsoft.ML.BlockPruning.Runs.Resuming;

namespace Microsoft.ML.BlockPruning.Sweeps.Executors;

/// <summary>Ratings of the dense network in files, so that of several processes one makes them and the others read.</summary>
/// <param name="folder">Where they lie; whose it is deletes it.</param>
/// <param name="seed">Seeds the pruning.</param>
/// <remarks>
/// A file is written aside and renamed, so that it is there whole or not at all, and has a checksum. Two processes that rate at once do
/// the work twice and write the same bytes; <c>Running/SideBySide</c> sees to it that they do not.
/// </remarks>
internal sealed class SharedRatings(string folder, long seed)
{
    /// <summary>Whether a family's rating is there, for whoever hands out trials.</summary>
    public bool Has(RatedFamily family) => File.Exists(PathOf(family));

    /// <summary>The rating of a family: read where it is there, else made and written.</summary>
    /// <param name="family">The family.</param>
    /// <param name="context">The dense network and its images.</param>
    /// <param name="rate">Makes it.</param>
    /// <exception cref="IOException">It cannot be written, as where the disk is full; nothing half-written stays.</exception>
    /// <exception cref="InvalidDataException">What is there is damaged; names the file.</exception>
    public DenseRating Of(RatedFamily family, CriterionContext context, Func<DenseRating> rate)
    {
        string path = PathOf(family);
        var identity = IdentityOf(family);
        using var found = StageFiles.Find(path, identity);
        if (found is not null)
        {
            return StoredRating.Read(found, context);
        }

        var rating = rate();
        StageFiles.Keep(path, file => StoredRating.Add(file, context, rating), identity);
        return rating;
    }

    private string PathOf(RatedFamily family) => Path.Combine(folder, $"ratings-{family}.safetensors");

    private Dictionary<string, string> IdentityOf(RatedFamily family) => new(StringComparer.Ordinal)
    {
        ["family"] = family.ToString(),
        ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
    };
}
