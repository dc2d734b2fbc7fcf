using System.IO.Compression;

namespace Microsoft.ML.BlockPruning.Tests.MlNet.Saving;

/// <summary>The streams of a transformer's folder in a model file, to look at and to exchange.</summary>
internal static class ModelZip
{
    /// <summary>The content of each stream by its name.</summary>
    public static Dictionary<string, byte[]> Streams(byte[] model)
    {
        using var zip = new ZipArchive(new MemoryStream(model));
        return zip.Entries.Where(entry => entry.FullName.StartsWith("TransformerChain/", StringComparison.Ordinal)).ToDictionary(
            entry => entry.Name,
            entry =>
            {
                using var content = entry.Open();
                using var copy = new MemoryStream();
                content.CopyTo(copy);
                return copy.ToArray();
            });
    }

    /// <summary>A model with another content of one stream, or without it.</summary>
    public static byte[] With(byte[] model, string name, byte[]? content)
    {
        using var stream = new MemoryStream();
        stream.Write(model);
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Update, leaveOpen: true))
        {
            var entry = zip.Entries.Single(found => found.Name == name);
            string fullName = entry.FullName;
            entry.Delete();
            if (content is not null)
            {
                using var target = zip.CreateEntry(fullName).Open();
                target.Write(content);
            }
        }

        return stream.ToArray();
    }
}
