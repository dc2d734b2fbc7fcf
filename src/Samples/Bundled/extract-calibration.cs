#:project ../FashionMnist/FashionMnist.csproj

// Makes the two calibration files anew: dotnet run src/Samples/Bundled/extract-calibration.cs SOURCE TARGET
if (args.Length != 2)
{
    Console.Error.WriteLine("Give the folder with Fashion-MNIST's training files and the folder to write to.");
    return 2;
}

FashionMnist.CalibrationSubset.WriteBundled(args[0], args[1]);
return 0;
