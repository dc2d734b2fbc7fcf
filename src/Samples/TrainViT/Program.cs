using TrainViT;

return await TrainCommand.InvokeAsync(args, Console.Out, Console.Error);
