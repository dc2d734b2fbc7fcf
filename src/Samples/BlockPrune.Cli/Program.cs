using BlockPrune.Cli;

return await Cli.InvokeAsync(args, Console.Out, Console.Error, ConsoleFactory.Create());
