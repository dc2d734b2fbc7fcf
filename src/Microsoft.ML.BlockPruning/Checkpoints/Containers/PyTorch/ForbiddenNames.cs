using Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.PyTorch;

/// <summary>Names that no honest checkpoint has: a file with one is refused whole, although nothing here could run it.</summary>
internal static class ForbiddenNames
{
    // Refused wherever they stand between two dots: torch.serialization.os is the module os.
    private static readonly HashSet<string> Anywhere = new(StringComparer.Ordinal)
    {
        "os", "posix", "nt", "subprocess", "sys", "runpy", "importlib", "posixpath", "ntpath", "__import__", "eval", "exec", "execfile",
        "__builtins__", "__subclasses__", "__globals__", "__getattribute__",
    };

    // Refused as the first part of a module's name; a package of the user's own may have such a part further on.
    private static readonly HashSet<string> Roots = new(StringComparer.Ordinal)
    {
        "shutil", "socket", "pty", "ctypes", "pickle", "_pickle", "cPickle", "marshal", "webbrowser", "pip", "code", "codeop", "timeit",
        "operator", "_operator", "commands", "popen2", "platform", "inspect", "dill", "cloudpickle", "joblib", "imp", "zipimport", "site",
        "signal", "multiprocessing", "threading", "_thread", "asyncio", "concurrent", "tempfile", "pydoc", "bdb", "pdb", "cProfile",
        "profile", "trace", "ssl", "http", "urllib", "urllib2", "requests", "aiohttp", "httplib", "ftplib", "smtplib", "xmlrpc",
        "telnetlib", "distutils", "setuptools", "ensurepip", "venv", "idlelib", "lib2to3", "linecache", "fileinput", "io.open",
        "io.FileIO", "_io.open", "_io.FileIO", "mmap", "atexit", "doctest", "IPython", "logging.config", "antigravity", "ast", "pkgutil",
        "modulefinder", "types.CodeType", "types.FunctionType", "builtins.compile", "builtins.open", "builtins.getattr",
        "builtins.setattr", "builtins.delattr", "builtins.input", "builtins.globals", "builtins.locals", "builtins.vars",
        "builtins.breakpoint", "builtins.apply", "builtins.map", "builtins.filter", "functools.reduce", "torch.hub",
        "torch.utils.cpp_extension", "torch.load", "torch.serialization.load", "torch.jit", "torch.ops", "torch.classes",
        "torch.distributed.rpc", "torch.distributed.elastic", "torch._dynamo", "torch._inductor", "torch.fx.experimental",
        "torch.storage._load_from_bytes", "torch.utils._config_module", "torch.utils.bottleneck", "torch.utils.collect_env",
        "torch.utils.data.datapipes", "numpy.load", "numpy.f2py", "numpy.testing", "numpy.distutils",
    };

    /// <summary>Whether a name is one of them, in Python 2's spelling too.</summary>
    public static bool Contains(GlobalName name)
    {
        string[] parts = $"{name.Module}.{name.Name}".Split('.');
        if (parts[0] == "__builtin__")
        {
            parts[0] = "builtins";
        }

        return parts.Any(Anywhere.Contains)
            || Enumerable.Range(1, parts.Length).Any(count => Roots.Contains(string.Join('.', parts[..count])));
    }
}
