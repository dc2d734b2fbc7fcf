using Microsoft.AspNetCore.Mvc;
using Prometheus;

namespace PruneModelSample.WebApi;

/// <summary>Predictions over HTTP: POST /predict with an image file as the body; GET /health and /metrics.</summary>
internal static class PredictionService
{
    private const long LargestImage = 16 << 20;

    /// <summary>Builds the application.</summary>
    /// <param name="args">ASP.NET Core's; <c>--Model PATH</c> names the model's file, PruneModel.mlnet where it is not given.</param>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
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

    private static async Task<IResult> PredictAsync(HttpRequest request, [FromServices] ModelFile file, CancellationToken cancel)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, cancel);
        using var model = file.Rent();
        if (model is null)
        {
            return Results.Problem("There is no model yet.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }

        try
        {
            return Results.Ok(model.Predict(body.ToArray()));
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or InvalidOperationException or InvalidDataException)
        {
            return Results.Problem(unreadable.Message, statusCode: StatusCodes.Status400BadRequest);
        }
    }
}
