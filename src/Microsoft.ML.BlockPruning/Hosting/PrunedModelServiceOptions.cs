namespace Microsoft.ML.BlockPruning.Hosting;

/// <summary>Where the model of a service lies, and how it is read; checked when the service starts.</summary>
public sealed class PrunedModelServiceOptions
{
    /// <summary>Gets or sets the model's file, which may come later and may be replaced.</summary>
    /// <value>What <c>AddPrunedModel</c> was given, unless set here.</value>
    public string Path { get; set; } = "";

    /// <summary>Gets or sets how often the file is looked at, besides what the system reports of it.</summary>
    /// <value>50 milliseconds to one hour; one second unless set. The system reports nothing of network shares.</value>
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Gets or sets how long a model may take to be read before the service goes on with what it has.</summary>
    /// <value>One second to one hour; one minute unless set. A start waits so long at most.</value>
    public TimeSpan LoadLimit { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Gets or sets how the model scores.</summary>
    /// <value>One thread for each processor, limits as saved, unless set.</value>
    public PrunedModelOptions Model { get; set; } = new();
}
