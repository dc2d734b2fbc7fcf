using Microsoft.ML.BlockPruning.Networks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Registers parts under names with dots as a tree of modules, as PyTorch has them: no module's own name may hold a dot.</summary>
internal static class DottedNames
{
    /// <summary>Registers a module; its parameters are found under <paramref name="name"/> and a dot.</summary>
    public static void Register(this nn.Module root, string name, nn.Module part)
    {
        var (folder, last) = FolderOf(root, name);
        folder.register_module(last, part);
    }

    /// <inheritdoc cref="Register(nn.Module, string, nn.Module)"/>
    public static void Register(this nn.Module root, string name, Parameter part)
    {
        var (folder, last) = FolderOf(root, name);
        folder.register_parameter(last, part);
    }

    /// <summary>Makes and registers a norm; null where the network has none there.</summary>
    public static LayerNorm? RegisterNorm(this nn.Module root, NormSpec? spec)
    {
        if (spec is null)
        {
            return null;
        }

        var norm = nn.LayerNorm(spec.Features, spec.Eps);
        root.Register(spec.Name, norm);
        return norm;
    }

    /// <summary>A module without parameters of its own, which holds others.</summary>
    /// <remarks>TorchSharp's, for a type of ours could not be looked at without its file.</remarks>
    public static nn.Module NewFolder() => new ModuleList<nn.Module>();

    private static (nn.Module Folder, string Last) FolderOf(nn.Module root, string name)
    {
        string[] path = name.Split('.');
        var folder = root;
        foreach (string step in path.SkipLast(1))
        {
            var next = folder.named_children().FirstOrDefault(child => child.name == step).module;
            if (next is null)
            {
                next = NewFolder();
                folder.register_module(step, next);
            }

            folder = next;
        }

        return (folder, path[^1]);
    }
}
