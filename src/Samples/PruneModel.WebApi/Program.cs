using PruneModelSample.WebApi;

await PredictionService.Create(args).RunAsync();
