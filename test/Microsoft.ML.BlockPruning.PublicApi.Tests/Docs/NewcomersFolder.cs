using Microsoft.ML.Data;

namespace Microsoft.ML.BlockPruning.PublicApi.Tests.Docs;

/// <summary>What a reader of the documentation has at hand: a working folder with a network and photos of three classes.</summary>
internal sealed class NewcomersFolder : IDisposable
{
    private static readonly string[] Classes = ["cat", "dog", "owl"];
    private readonly string _before = Environment.CurrentDirectory;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("blockpruning-tests-");

    /// <summary>Makes the folder and works in it until disposed, so that snippets may name files as the documentation does.</summary>
    public NewcomersFolder()
    {
        Environment.CurrentDirectory = _folder.FullName;
        Directory.CreateDirectory("deit");
        TinyNetwork.Save("deit/model.safetensors", Classes.Length, embedDim: 64);
        int number = 0;
        foreach (var picture in Picture.Read(30, Classes))
        {
            Directory.CreateDirectory(Path.Combine("photos", picture.Label));
            Save(picture, Path.Combine("photos", picture.Label, $"{number++ / Classes.Length}.png"));
        }
    }

    public void Dispose()
    {
        Environment.CurrentDirectory = _before;
        _folder.Delete(recursive: true);
    }

    private static void Save(Picture picture, string path)
    {
        const int plane = Picture.Size * Picture.Size;
        byte[] pixels = new byte[4 * plane];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = i % 4 == 3 ? byte.MaxValue : (byte)picture.Image[((i % 4) * plane) + (i / 4)];
        }

        using var image = MLImage.CreateFromPixels(Picture.Size, Picture.Size, MLPixelFormat.Rgba32, pixels);
        image.Save(path);
    }
}
