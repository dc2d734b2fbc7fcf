namespace SampleKit;

/// <summary>A network's classes in its order, and how the classes of images are told by them.</summary>
/// <param name="Names">Every class.</param>
internal abstract record NetworkClasses(IReadOnlyList<string> Names)
{
    /// <summary>The classes in the order of the label's keys; not all of them need have images.</summary>
    /// <param name="found">The classes that have images.</param>
    /// <exception cref="ArgumentException">A class is none of the network's.</exception>
    public abstract IReadOnlyList<string> Match(IReadOnlyList<string> found);

    private protected void RequireKnown(IReadOnlyList<string> found)
    {
        if (found.FirstOrDefault(name => !Names.Contains(name)) is { } stranger)
        {
            throw new ArgumentException($"The class '{stranger}' is unknown to the network; its classes are {Some(Names)}.");
        }
    }

    private protected static string Some(IReadOnlyList<string> names)
    {
        const int all = 20;
        return names.Count <= all ? string.Join(", ", names) : $"{string.Join(", ", names.Take(all))} and {names.Count - all} more";
    }

    /// <summary>Classes that the images must have the names of.</summary>
    internal sealed record Fixed(IReadOnlyList<string> Names) : NetworkClasses(Names)
    {
        public override IReadOnlyList<string> Match(IReadOnlyList<string> found)
        {
            RequireKnown(found);
            return Names;
        }
    }

    /// <summary>
    /// Classes of a dense network, whose file may know them as numbers or by other names than the images: these then stand for the
    /// network's in alphabetical order, as timm reads a folder.
    /// </summary>
    internal sealed record Dense(IReadOnlyList<string> Names) : NetworkClasses(Names)
    {
        public override IReadOnlyList<string> Match(IReadOnlyList<string> found)
        {
            if (found.Any(Names.Contains))
            {
                RequireKnown(found);
                return Names;
            }

            return found.Count == Names.Count
                ? found
                : throw new ArgumentException(
                    $"The network knows none of the images' classes ({Some(found)}); its {Names.Count} are {Some(Names)}. Name them "
                    + "alike, or give images of every class: they are then matched in alphabetical order.");
        }
    }
}
