#pragma warning disable IDE0130 // where the users of health checks look for them
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.ML.BlockPruning.Hosting;

namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Extension methods of <see cref="IHealthChecksBuilder"/> for what <c>AddPrunedModel</c> adds.</summary>
public static class PrunedModelHealthChecksBuilderExtensions
{
    /// <summary>Adds a check of the model.</summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="serviceKey">The key of <c>AddKeyedPrunedModel</c>; null: the model of <c>AddPrunedModel</c>.</param>
    /// <param name="name">Of the check; null: <c>pruned-model</c>, followed by a dash and the key where there is one.</param>
    /// <param name="failureStatus">What is reported where there is no model; null: unhealthy.</param>
    /// <param name="tags">To choose checks by.</param>
    /// <returns>The health checks.</returns>
    /// <remarks>Healthy; degraded where an old model serves because the file is damaged; unhealthy where there is no model.</remarks>
    public static IHealthChecksBuilder AddPrunedModel(
        this IHealthChecksBuilder builder, string? serviceKey = null, string? name = null, HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name ?? (serviceKey is null ? "pruned-model" : $"pruned-model-{serviceKey}"),
            provider => new PrunedModelHealthCheck(serviceKey is null
                ? provider.GetRequiredService<IPrunedModelScorer>()
                : provider.GetRequiredKeyedService<IPrunedModelScorer>(serviceKey)),
            failureStatus, tags));
    }
}
