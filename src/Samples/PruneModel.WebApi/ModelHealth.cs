using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace PruneModelSample.WebApi;

/// <summary>Healthy; degraded where an old model serves because the file is damaged; unhealthy where there is none.</summary>
internal sealed class ModelHealth(ModelFile file) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((file.IsServing, file.Failure) switch
        {
            (true, null) => HealthCheckResult.Healthy(),
            (true, { } failure) => HealthCheckResult.Degraded(failure),
            (false, var failure) => HealthCheckResult.Unhealthy(failure),
        });
}
