using SameBits;

if (args is not ["prune" or "score", var bundled, var networks, .. var names])
{
    Console.Error.WriteLine("SameBits prune|score FOLDER_OF_THE_BUNDLED_FILES FOLDER_OF_THE_PRUNED_NETWORKS [SETTING ...]");
    return 2;
}

string[] known = [.. PruningSetting.All.Select(setting => setting.Name)];
string[] unknown = [.. names.Except(known)];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"There is no setting {string.Join(", ", unknown)}. The settings: {string.Join(", ", known)}.");
    return 2;
}

var settings = PruningSetting.All.Where(setting => names.Length == 0 || names.Contains(setting.Name));
var check = new PruningCheck(bundled, networks, [.. settings], Console.Out);
if (args[0] == "prune")
{
    check.Prune();
}
else
{
    check.ScoreSaved();
}

return 0;
