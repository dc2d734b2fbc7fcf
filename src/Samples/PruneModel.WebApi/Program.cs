using PruneModelSample.WebApi;

return await PredictionService.RunAsync(args, Console.Error);
