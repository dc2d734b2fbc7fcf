namespace PruneModelSample.WebApi;

/// <summary>A model for the time of one request.</summary>
internal sealed class ModelLease(PooledModel model) : IDisposable
{
    public Prediction Predict(byte[] image) => model.Predict(image);

    public void Dispose() => model.Return();
}
