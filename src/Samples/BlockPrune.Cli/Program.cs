using BlockPrune.Cli;

return Cli.Serve(args, Console.Error) ?? await Cli.InvokeAsync(args, Console.Out, Console.Error, ConsoleFactory.Create());
