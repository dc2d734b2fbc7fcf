using Microsoft.Extensions.Hosting;

namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Reads the model when the host starts, so that no request waits for it.</summary>
/// <param name="open">Asks the container for the scorer, which reads the file when it is made.</param>
internal sealed class PrunedModelStart(Func<IPrunedModelScorer> open) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => Task.Run(open, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
