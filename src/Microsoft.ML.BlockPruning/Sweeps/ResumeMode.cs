namespace Microsoft.ML.BlockPruning.Sweeps;

/// <summary>What a sweep does with the trials that its journal holds already.</summary>
public enum ResumeMode
{
    /// <summary>Every finished trial stands, failed ones too.</summary>
    Resume,

    /// <summary>Completed and stopped trials stand; failed ones are tried again.</summary>
    RetryErrored,

    /// <summary>None stands: the journal is begun anew and what it holds is lost.</summary>
    Restart,
}
