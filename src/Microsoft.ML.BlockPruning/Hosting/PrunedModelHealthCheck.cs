using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Healthy; degraded where an old model serves because the file is damaged; unhealthy where there is none.</summary>
internal sealed class PrunedModelHealthCheck(IPrunedModelScorer scorer) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult((scorer.IsServing, scorer.Failure) switch
        {
            (true, null) => HealthCheckResult.Healthy(),
            (true, { } failure) => HealthCheckResult.Degraded(failure),
            (false, var failure) => new HealthCheckResult(context.Registration.FailureStatus, failure),
        });
}
