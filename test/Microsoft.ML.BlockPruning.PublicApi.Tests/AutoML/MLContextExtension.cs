#pragma warning disable IDE0130 // stands for a type of a package that is not there
namespace Microsoft.ML.AutoML;
#pragma warning restore IDE0130

/// <summary>Stub of the type of that name, with the signatures that its documentation gives.</summary>
internal static class MLContextExtension
{
    public static AutoCatalog Auto(this MLContext mlContext) => new(mlContext);
}
