using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PruneModelSample.WebApi;

/// <summary>What the service answers where no endpoint of ours does: problem details with the next step, and its health.</summary>
internal static class ServiceProblems
{
    private const string Addresses = "There are POST /predict, GET /health, GET /metrics and GET /openapi/v1.json.";

    /// <summary>The answer's body says what to do, also where a middleware or the router refused.</summary>
    public static void Complete(ProblemDetailsContext context) =>
        context.ProblemDetails.Detail ??= context.HttpContext.Response.StatusCode switch
        {
            StatusCodes.Status404NotFound => $"There is nothing at '{context.HttpContext.Request.Path}'. {Addresses}",
            StatusCodes.Status405MethodNotAllowed =>
                $"'{context.HttpContext.Request.Path}' does not take {context.HttpContext.Request.Method}. {Addresses}",
            StatusCodes.Status500InternalServerError => "The service failed; its log says how. Try again.",
            _ => null,
        };

    /// <summary>A prediction above the limit of those in flight.</summary>
    public static async ValueTask RefuseAsync(OnRejectedContext context, CancellationToken cancel)
    {
        context.HttpContext.Response.Headers.RetryAfter = "1";
        await Results.Problem(
            "As many predictions as the service takes at once are in flight already. Try again, or start it with a larger MaximumRequests.",
            statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(context.HttpContext);
    }

    /// <summary>The state in the first line, the reason in the next.</summary>
    public static HealthCheckOptions Health { get; } = new()
    {
        ResponseWriter = (context, report) =>
        {
            context.Response.ContentType = "text/plain; charset=utf-8";
            var reasons = report.Entries.Values.Select(entry => entry.Description).Where(reason => !string.IsNullOrEmpty(reason));
            return context.Response.WriteAsync(string.Join('\n', reasons.Prepend(report.Status.ToString())), context.RequestAborted);
        },
        ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status200OK },
    };
}
