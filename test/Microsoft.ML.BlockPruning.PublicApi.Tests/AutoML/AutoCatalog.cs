using Microsoft.ML.SearchSpace;

#pragma warning disable IDE0130 // stands for a type of a package that is not there
namespace Microsoft.ML.AutoML;
#pragma warning restore IDE0130

/// <summary>Stub of the type of that name, with the signatures that its documentation gives.</summary>
internal sealed class AutoCatalog(MLContext context)
{
    public SweepableEstimator CreateSweepableEstimator<T>(Func<MLContext, T, IEstimator<ITransformer>> factory, SearchSpace<T>? ss = null)
        where T : class, new() =>
        new(values => factory(context, ss!.Sample(values)));
}
