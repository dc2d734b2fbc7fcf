using System.Net.Sockets;
using Microsoft.AspNetCore.Mvc;
using Prometheus;
using SampleKit;

namespace PruneModelSample.WebApi;

/// <summary>Predictions over HTTP: POST /predict with an image file as the body; GET /health and /metrics.</summary>
internal static class PredictionService
{
    // Each decodes into memory of its own, four bytes a pixel; more at once would not be faster.
    private static readonly SemaphoreSlim Turns = new(Environment.ProcessorCount);

    /// <summary>Builds the application.</summary>
    /// <param name="args">ASP.NET Core's, and what <see cref="ServiceSettings"/> reads, such as <c>--Model PATH</c>.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        var settings = ServiceSettings.Read(builder.Configuration);
        PruneModel.MaximumPixels = settings.MaximumPixels;
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = settings.LargestImage);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(services => new ModelFile(settings, services.GetRequiredService<ILogger<ModelFile>>()));
        builder.Services.AddHealthChecks().AddCheck<ModelHealth>("model");

        var app = builder.Build();
        app.UseHttpMetrics();
        app.MapPost("/predict", PredictAsync);
        app.MapHealthChecks("/health");
        app.MapMetrics();
        app.Services.GetRequiredService<ModelFile>().Start();
        return app;
    }

    /// <summary>Serves until the process is told to end.</summary>
    /// <param name="args">As for <see cref="Create"/>.</param>
    /// <param name="error">Takes the line that says why it cannot.</param>
    /// <returns>0; 1 where it cannot listen, 2 where a setting is wrong.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter error)
    {
        try
        {
            await using var service = Create(args);
            await service.RunAsync();
            return 0;
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidDataException)
        {
            await error.WriteLineAsync(TerminalText.EscapeLine($"Error: {failure.Message}"));
            return 2;
        }
        catch (Exception failure) when (failure is IOException or SocketException or InvalidOperationException)
        {
            await error.WriteLineAsync(TerminalText.EscapeLine(
                $"Error: the service cannot start: {failure.Message} Give a free address, such as --urls http://localhost:5001."));
            return 1;
        }
    }

    private static async Task<IResult> PredictAsync(
        HttpRequest request, [FromServices] ModelFile file, [FromServices] ServiceSettings settings, CancellationToken cancel)
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
                $"{refused.Message} An image file has {settings.LargestImage} bytes at most here.", statusCode: refused.StatusCode);
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
        catch (ArithmeticException notFinite)
        {
            return Results.Problem(notFinite.Message, statusCode: StatusCodes.Status500InternalServerError); // the model's fault
        }
        finally
        {
            Turns.Release();
        }
    }
}
