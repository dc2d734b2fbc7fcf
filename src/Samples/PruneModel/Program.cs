using PruneModelSample;

return await PruneModelCommand.InvokeAsync(args, ConsoleFactory.Create(), Console.Error);
