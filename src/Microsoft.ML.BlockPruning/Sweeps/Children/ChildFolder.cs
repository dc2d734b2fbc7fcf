namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>A sweep's folder, of which several executors read; the last one to leave deletes it.</summary>
/// <param name="folder">Given over.</param>
/// <remarks>For one thread: executors are made and disposed by the sweep's.</remarks>
internal sealed class ChildFolder(DirectoryInfo folder)
{
    private int _users;

    /// <summary>The folder's full path.</summary>
    public string Path => folder.FullName;

    public void Enter() => _users++;

    /// <exception cref="IOException">It cannot be deleted.</exception>
    public void Leave()
    {
        if (--_users == 0)
        {
            folder.Delete(recursive: true);
        }
    }
}
