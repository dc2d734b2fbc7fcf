namespace PruneModelSample;

/// <summary>Where the images are; one subfolder per class.</summary>
/// <param name="FolderPath">What pruning sees.</param>
/// <param name="ValidationFolderPath">What the model is judged on.</param>
internal sealed record DataSource(string FolderPath, string ValidationFolderPath);
