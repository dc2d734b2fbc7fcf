using PruneModelSample;

return await PruneModelCommand.InvokeAsync(args, Console.Out, Console.Error);
