#pragma warning disable IDE0130 // where the users of a container look for its methods
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.ML.BlockPruning.Hosting;

namespace Microsoft.Extensions.DependencyInjection;
#pragma warning restore IDE0130

/// <summary>Extension methods of <see cref="IServiceCollection"/> that add a pruned model.</summary>
public static class PrunedModelServiceCollectionExtensions
{
    /// <summary>Adds a model as the singleton <see cref="IPrunedModelScorer"/>, which takes a new file while it serves.</summary>
    /// <param name="services">The services.</param>
    /// <param name="path">The model's file, of <c>SavePruned</c>, <c>blockprune</c> or <c>SaveNetwork</c>. It may come later.</param>
    /// <param name="configure">Sets options; they are checked when the host starts.</param>
    /// <returns>The services.</returns>
    /// <remarks>
    /// A host reads the model at its start, for <see cref="PrunedModelServiceOptions.LoadLimit"/> at most, and serves without one where it
    /// cannot be read; without a host, whoever asks for the scorer first waits for it. A damaged file leaves the model before it in
    /// service. Figures are those of the meter <c>Microsoft.ML.BlockPruning</c>, activities those of the source of the same name.
    /// </remarks>
    /// <example>
    /// <code>
    /// builder.Services.AddPrunedModel("pruned.zip");
    /// builder.Services.AddHealthChecks().AddPrunedModel();
    /// </code>
    /// </example>
    public static IServiceCollection AddPrunedModel(
        this IServiceCollection services, string path, Action<PrunedModelServiceOptions>? configure = null)
    {
        AddOptions(services, Options.Options.DefaultName, path, configure);
        services.TryAddSingleton<IPrunedModelScorer>(provider => Open(provider, serviceKey: null));
        services.AddSingleton<IHostedService>(
            provider => new PrunedModelStart(() => provider.GetRequiredService<IPrunedModelScorer>()));
        return services;
    }

    /// <summary>Adds one of several models: a keyed singleton, asked for with <c>[FromKeyedServices("key")]</c>.</summary>
    /// <param name="services">The services.</param>
    /// <param name="serviceKey">The key, which is the name of its options and the tag <c>model</c> of its figures too.</param>
    /// <param name="path">The model's file.</param>
    /// <param name="configure">Sets options; they are checked when the host starts.</param>
    /// <returns>The services.</returns>
    /// <remarks>As <see cref="AddPrunedModel"/>.</remarks>
    /// <exception cref="ArgumentException"><paramref name="serviceKey"/> is empty.</exception>
    public static IServiceCollection AddKeyedPrunedModel(
        this IServiceCollection services, string serviceKey, string path, Action<PrunedModelServiceOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        AddOptions(services, serviceKey, path, configure);
        services.TryAddKeyedSingleton<IPrunedModelScorer>(serviceKey, (provider, _) => Open(provider, serviceKey));
        services.AddSingleton<IHostedService>(
            provider => new PrunedModelStart(() => provider.GetRequiredKeyedService<IPrunedModelScorer>(serviceKey)));
        return services;
    }

    private static void AddOptions(
        IServiceCollection services, string name, string path, Action<PrunedModelServiceOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(path);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PrunedModelServiceOptions>>(
            new PrunedModelServiceOptionsCheck()));
        services.AddOptions<PrunedModelServiceOptions>(name).Configure(options =>
        {
            options.Path = path;
            configure?.Invoke(options);
        }).ValidateOnStart();
    }

    private static PrunedModelScorer Open(IServiceProvider provider, string? serviceKey)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<PrunedModelServiceOptions>>().Get(serviceKey);
        var logger = provider.GetService<ILoggerFactory>()?.CreateLogger(ModelFileLog.Category) ?? NullLogger.Instance;
        var meter = new ScoringMeter(provider.GetService<IMeterFactory>(), serviceKey);
        var file = new ModelFile(options, new ModelFileLog(logger), meter);
        file.Start();
        return new PrunedModelScorer(file, meter);
    }
}
