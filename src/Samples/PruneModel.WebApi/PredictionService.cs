using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.RateLimiting;
using Prometheus;

namespace PruneModelSample.WebApi;

/// <summary>Predictions over HTTP: POST /predict with images; GET /health, /metrics and /openapi/v1.json.</summary>
internal static class PredictionService
{
    private const string InFlight = "predictions";

    // One for the process, as the registry that /metrics shows; it begins now, so that what comes before the first look is counted.
    private static readonly Lazy<IDisposable> Figures = new(() =>
    {
        Metrics.SuppressDefaultMetrics(new SuppressDefaultMetricOptions { SuppressMeters = true });
        return MeterAdapter.StartListening(new MeterAdapterOptions
        {
            InstrumentFilterPredicate = instrument => instrument.Meter.Name == "Microsoft.ML.BlockPruning",
            ResolveHistogramBuckets = instrument => instrument is System.Diagnostics.Metrics.Histogram<double> { Advice: { } advice }
                ? [.. advice.HistogramBucketBoundaries ?? []]
                : MeterAdapterOptions.DefaultHistogramBuckets,
        });
    });

    /// <summary>Builds the application.</summary>
    /// <param name="args">ASP.NET Core's, and what <see cref="ServiceSettings"/> reads, such as <c>--Model PATH</c>.</param>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    public static WebApplication Create(string[] args)
    {
        // appsettings.json lies beside the program, whichever folder it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var settings = ServiceSettings.Read(builder.Configuration);
        builder.WebHost.ConfigureKestrel(server => server.Limits.MaxRequestBodySize = settings.LargestBody);
        builder.Services.AddPrunedModel(settings.ModelPath, options =>
        {
            options.LoadLimit = settings.LoadLimit;
            options.PollInterval = settings.PollInterval;
            options.Model.MaximumPixels = settings.MaximumPixels;
            options.Model.ApplyOrientation = true; // that is how phones write photographs
        });
        builder.Services.AddHealthChecks().AddPrunedModel();
        builder.Services.AddSingleton(settings).AddSingleton<PredictEndpoint>();
        builder.Services.AddProblemDetails(problems => problems.CustomizeProblemDetails = ServiceProblems.Complete);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        builder.Services.AddOpenApi();
        builder.Services.AddRateLimiter(limiter =>
        {
            limiter.OnRejected = ServiceProblems.RefuseAsync;
            limiter.AddConcurrencyLimiter(InFlight, limit => limit.PermitLimit = settings.MaximumRequests);
        });
        bool hasStarted = false;
        SayFailedStartOnce(builder.Logging, () => hasStarted);
        _ = Figures.Value;

        var app = builder.Build();
        app.Lifetime.ApplicationStarted.Register(() => hasStarted = true);
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseHttpMetrics();
        app.UseRateLimiter();
        app.MapPost("/predict", (HttpContext context, PredictEndpoint endpoint) => endpoint.PredictAsync(context))
            .RequireRateLimiting(InFlight).Describe();
        app.MapHealthChecks("/health", ServiceProblems.Health);
        app.MapMetrics();
        app.MapOpenApi();
        return app;
    }

    /// <summary>Serves until the process is told to end.</summary>
    /// <param name="args">As for <see cref="Create"/>.</param>
    /// <param name="error">Takes the line that says why it cannot.</param>
    /// <returns>0; 1 where it cannot listen, 2 where a setting is wrong.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter error)
    {
        WebApplication service;
        try
        {
            service = Create(args);
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException or InvalidDataException)
        {
            await error.WriteLineAsync(OneLine($"Error: {failure.Message}"));
            return 2;
        }

        await using (service)
        {
            try
            {
                await service.StartAsync();
            }
            catch (Exception failure) when (failure is IOException or SocketException or InvalidOperationException or FormatException
                or ArgumentException)
            {
                await error.WriteLineAsync(OneLine(
                    $"Error: the service cannot start on '{service.Configuration["urls"] ?? "http://localhost:5000"}': "
                    + $"{failure.Message.TrimEnd('.')}. Give a free address, such as --urls http://localhost:5001."));
                return 1;
            }

            await service.WaitForShutdownAsync();
            return 0;
        }
    }

    // Host and server would each log a failed start with its stack; RunAsync says it in a line.
    private static void SayFailedStartOnce(ILoggingBuilder logging, Func<bool> hasStarted)
    {
        foreach (string category in (string[])["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"])
        {
            logging.AddFilter(category, level => level >= LogLevel.Warning && (level < LogLevel.Error || hasStarted()));
        }
    }

    // A name may hold what a terminal would obey or hide.
    private static string OneLine(string text) => string.Concat(text.Select(letter => char.GetUnicodeCategory(letter)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        ? ' '
        : letter));
}
