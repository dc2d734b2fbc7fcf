namespace PruneModelSample.WebApi;

/// <summary>A request that is answered with a problem.</summary>
/// <param name="status">The answer's status code.</param>
/// <param name="message">What was found, and what to send instead.</param>
internal sealed class RefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
