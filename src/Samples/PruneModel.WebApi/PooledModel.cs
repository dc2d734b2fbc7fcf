using Microsoft.Extensions.ObjectPool;
using Microsoft.ML;

namespace PruneModelSample.WebApi;

/// <summary>One version of the model, with the engines that share it.</summary>
/// <remarks>Renters keep it alive: the memory of a replaced model is freed when its last request is done.</remarks>
internal sealed class PooledModel
{
    private readonly ITransformer _model;
    private readonly ObjectPool<PredictionEngine<PruneModel.ModelInput, PruneModel.ModelOutput>> _engines;
    private readonly IReadOnlyList<string> _labels;
    private readonly Lock _gate = new();
    private int _renters = 1; // the file itself

    /// <summary>Reads a model's file and tries an engine on it.</summary>
    public PooledModel(string path)
    {
        var context = new MLContext();
        _model = PruneModel.LoadModel(context, path);
        _engines = new DefaultObjectPool<PredictionEngine<PruneModel.ModelInput, PruneModel.ModelOutput>>(
            new EnginePolicy(context, _model));
        var engine = _engines.Get();
        _labels = PruneModel.GetLabels(engine.OutputSchema);
        _engines.Return(engine);
    }

    /// <summary>Whether it could be rented: not once it has been replaced and the last request is done.</summary>
    public bool TryRent()
    {
        lock (_gate)
        {
            if (_renters == 0)
            {
                return false;
            }

            _renters++;
            return true;
        }
    }

    /// <summary>Gives it back; the last one frees it.</summary>
    public void Return()
    {
        lock (_gate)
        {
            if (--_renters > 0)
            {
                return;
            }
        }

        (_model as IDisposable)?.Dispose();
    }

    public Prediction Predict(byte[] image)
    {
        var engine = _engines.Get();
        try
        {
            var output = engine.Predict(new PruneModel.ModelInput { ImageSource = image });
            KeyValuePair<string, float>[] sorted = [.. PruneModel.GetSortedScoresWithLabels(output, _labels)];
            return new Prediction(sorted[0].Key, sorted[0].Value, sorted);
        }
        finally
        {
            _engines.Return(engine);
        }
    }

    private sealed class EnginePolicy(MLContext context, ITransformer model)
        : PooledObjectPolicy<PredictionEngine<PruneModel.ModelInput, PruneModel.ModelOutput>>
    {
        public override PredictionEngine<PruneModel.ModelInput, PruneModel.ModelOutput> Create() => PruneModel.CreateEngine(context, model);

        public override bool Return(PredictionEngine<PruneModel.ModelInput, PruneModel.ModelOutput> obj) => true;
    }
}
