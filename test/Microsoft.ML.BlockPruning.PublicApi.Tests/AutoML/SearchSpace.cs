using System.Reflection;

#pragma warning disable IDE0130 // stands for a type of a package that is not there
namespace Microsoft.ML.SearchSpace;
#pragma warning restore IDE0130

/// <summary>Stub of the type of that name: knows the properties that carry the attributes, as the real one does.</summary>
internal sealed class SearchSpace<T>
    where T : class, new()
{
    public IReadOnlyList<PropertyInfo> Dimensions { get; } =
    [
        .. typeof(T).GetProperties().Where(property =>
            property.IsDefined(typeof(RangeAttribute)) || property.IsDefined(typeof(ChoiceAttribute))
            || property.IsDefined(typeof(BooleanChoiceAttribute))),
    ];

    public T Sample(IReadOnlyDictionary<string, object> values)
    {
        var options = new T();
        foreach (var dimension in Dimensions)
        {
            dimension.SetValue(options, values[dimension.Name]);
        }

        return options;
    }
}
