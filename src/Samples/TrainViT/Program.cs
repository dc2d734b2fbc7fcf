using TrainViT;

return TrainCommand.Invoke(args);
