using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Prometheus;

namespace PruneModelSample.WebApi;

/// <summary>Predictions over HTTP: POST /predict with an image file as the body; GET /health and /metrics.</summary>
internal static class PredictionService
{
    private const long LargestImage = 16 << 20; // bytes of a file

    // Each decodes into memory of its own, four bytes a pixel; more at once would not be faster.
    private static readonly SemaphoreSlim Turns = new(Environment.ProcessorCount);

    /// <summary>Builds the application.</summary>
    /// <param name="args">
    /// ASP.NET Core's; <c>--Model PATH</c> names the model's file, PruneModel.mlnet where it is not given, and <c>--MaximumPixels N</c> the
    /// width times height of an image at most, else as the model was pruned with.
    /// </param>
    /// <exception cref="InvalidDataException">MaximumPixels is no number of at least 1.</exception>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        PruneModel.MaximumPixels = MaximumPixelsOf(builder.Configuration["MaximumPixels"]);
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = LargestImage);
        builder.Services.AddSingleton(services => new ModelFile(
            builder.Configuration["Model"] ?? "PruneModel.mlnet", services.GetRequiredService<ILogger<ModelFile>>()));
        builder.Services.AddHealthChecks().AddCheck<ModelHealth>("model");

        var app = builder.Build();
        app.UseHttpMetrics();
        app.MapPost("/predict", PredictAsync);
        app.MapHealthChecks("/health");
        app.MapMetrics();
        app.Services.GetRequiredService<ModelFile>().Start();
        return app;
    }

    private static long? MaximumPixelsOf(string? setting) => setting is null ? null
        : long.TryParse(setting, NumberStyles.None, CultureInfo.InvariantCulture, out long pixels) && pixels > 0 ? pixels
        : throw new InvalidDataException($"MaximumPixels is '{setting}', expected a whole number of at least 1, such as 89478485.");

    private static async Task<IResult> PredictAsync(HttpRequest request, [FromServices] ModelFile file, CancellationToken cancel)
    {
        byte[] image;
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancel);
            image = body.ToArray();
        }
        catch (BadHttpRequestException refused)
        {
            return Results.Problem(
                $"{refused.Message} An image file has {LargestImage} bytes at most here.", statusCode: refused.StatusCode);
        }

        if (image.Length == 0)
        {
            return Results.Problem("The body is empty; send the content of an image file.", statusCode: StatusCodes.Status400BadRequest);
        }

        await Turns.WaitAsync(cancel);
        try
        {
            using var model = file.Rent();
            return model is null
                ? Results.Problem("There is no model yet.", statusCode: StatusCodes.Status503ServiceUnavailable)
                : Results.Ok(model.Predict(image));
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or InvalidOperationException or InvalidDataException)
        {
            return Results.Problem(unreadable.Message, statusCode: StatusCodes.Status400BadRequest);
        }
        finally
        {
            Turns.Release();
        }
    }
}
