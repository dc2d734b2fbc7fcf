namespace Microsoft.ML.BlockPruning.Files;

/// <summary>What a name in a folder stands for.</summary>
internal enum PosixFileKind
{
    /// <summary>A file with content.</summary>
    File,

    Folder,

    /// <summary>A named or unnamed pipe.</summary>
    Pipe,

    Socket,

    /// <summary>A character or block device.</summary>
    Device,
}
