using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace PruneModelSample.WebApi;

/// <summary>Takes the images out of a request: one that is the whole body, or the files of a form, one after the other.</summary>
internal sealed class ImageUploads(ServiceSettings settings)
{
    // The last is what curl --data-binary says unless it is told.
    private static readonly string[] BodyTypes = ["application/octet-stream", "application/x-www-form-urlencoded"];

    /// <summary>Whether the request is a form, by its Content-Type.</summary>
    /// <exception cref="RefusedException">It is neither an image nor a form.</exception>
    public static bool IsForm(HttpRequest request)
    {
        if (string.IsNullOrEmpty(request.ContentType))
        {
            return false;
        }

        string type = MediaTypeHeaderValue.TryParse(request.ContentType, out var parsed) ? parsed.MediaType.ToString() : "";
        if (type.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        return type.StartsWith("image/", StringComparison.OrdinalIgnoreCase) || BodyTypes.Contains(type, StringComparer.OrdinalIgnoreCase)
            ? false
            : throw new RefusedException(
                StatusCodes.Status415UnsupportedMediaType,
                $"The Content-Type is '{request.ContentType}', expected image/png or another image/ type, application/octet-stream, or "
                + "multipart/form-data with files.");
    }

    /// <summary>The image that is the whole body.</summary>
    /// <exception cref="RefusedException">It is empty, or too long.</exception>
    public async Task<byte[]> ReadBodyAsync(HttpRequest request, CancellationToken cancel)
    {
        byte[] image = request.ContentLength > settings.LargestImage
            ? throw TooLong("The body")
            : await ReadAsync(request.Body, "The body", cancel);
        return image.Length > 0
            ? image
            : throw new RefusedException(
                StatusCodes.Status400BadRequest, "The body is empty; send the content of an image file, or a form with files.");
    }

    /// <summary>The files of a form, read as they are asked for; other fields are passed over.</summary>
    /// <exception cref="RefusedException">It is no sound form, has no files or too many, or one is too long.</exception>
    public async IAsyncEnumerable<(string Name, byte[] Image)> ReadFormAsync(
        HttpRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        string boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        if (boundary.Length is 0 or > 200)
        {
            throw new RefusedException(
                StatusCodes.Status400BadRequest, "The Content-Type of the form names no boundary, or too long a one.");
        }

        var reader = new MultipartReader(boundary, request.Body);
        int files = 0;
        while (await NextAsync(reader, cancel) is { } section)
        {
            if (section.AsFileSection() is { FileStream: { } content } file)
            {
                if (++files > settings.MaximumFiles)
                {
                    throw new RefusedException(
                        StatusCodes.Status413PayloadTooLarge,
                        $"The form holds more than {settings.MaximumFiles} files; send the rest in another request.");
                }

                string name = string.IsNullOrEmpty(file.FileName) ? $"file {files}" : file.FileName;
                yield return (name, await ReadAsync(content, $"The file '{name}'", cancel));
            }
        }

        if (files == 0)
        {
            throw new RefusedException(
                StatusCodes.Status400BadRequest, "The form holds no file; send some, such as curl -F files=@shoe.png.");
        }
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader, CancellationToken cancel)
    {
        try
        {
            return await reader.ReadNextSectionAsync(cancel);
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, $"The form cannot be read: {error.Message}");
        }
    }

    private async Task<byte[]> ReadAsync(Stream from, string what, CancellationToken cancel)
    {
        using var image = new MemoryStream();
        byte[] piece = new byte[1 << 16];
        int read;
        try
        {
            while ((read = await from.ReadAsync(piece, cancel)) > 0)
            {
                if (image.Length + read > settings.LargestImage)
                {
                    throw TooLong(what);
                }

                image.Write(piece, 0, read);
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, $"{what} cannot be read: {error.Message}");
        }

        return image.ToArray();
    }

    private RefusedException TooLong(string what) => new(
        StatusCodes.Status413PayloadTooLarge,
        $"{what} is too long: an image file has {settings.LargestImage} bytes at most here. Send a smaller picture, or start the service "
        + "with a larger LargestImageBytes.");
}
