#pragma warning disable IDE0130 // stands for a type of a package that is not there
namespace Microsoft.ML.AutoML;
#pragma warning restore IDE0130

/// <summary>Stub of the type of that name. Here a test is the tuner.</summary>
/// <param name="build">From the values of a trial by the names of the options' properties.</param>
internal sealed class SweepableEstimator(Func<IReadOnlyDictionary<string, object>, IEstimator<ITransformer>> build)
{
    public IEstimator<ITransformer> BuildFromValues(IReadOnlyDictionary<string, object> values) => build(values);
}
