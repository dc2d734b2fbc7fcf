#if REPOSITORY // which has the images
using System.CommandLine;
using FashionMnist;

namespace PruneModelSample;

/// <summary>The verb that only the repository has: elsewhere the images are the user's.</summary>
internal sealed partial class PruneModelCommand
{
    partial void AddVerbs(RootCommand root)
    {
        var folder = new Argument<string>("folder") { DefaultValueFactory = _ => "fashion" };
        var perClass = new Option<int>("--per-class") { Description = "The most of each class", DefaultValueFactory = _ => int.MaxValue };
        var format = new Option<string>("--format") { DefaultValueFactory = _ => "png" };
        format.AcceptOnlyFromAmong("png", "jpg");
        var verb = Verb("images", "Writes the bundled images into folders, to have some to begin with.", (_, parsed, _, _) =>
        {
            string target = parsed.GetRequiredValue(folder);
            int most = parsed.GetValue(perClass);
            int count = ImageFolders.Write(target, most, most, parsed.GetRequiredValue(format));
            Say($"{count} images in {target}");
        });
        verb.Add(folder);
        verb.Add(perClass);
        verb.Add(format);
        root.Add(verb);
    }
}
#endif
