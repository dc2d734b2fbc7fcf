namespace SampleKit;

/// <summary>Options that are right one by one and not together: the command ends as it does for any other wrong option.</summary>
/// <param name="message">Which to give.</param>
internal sealed class OptionsException(string message) : ArgumentException(message);
