#pragma warning disable IDE0130 // the runtime knows the attribute by this namespace and name
namespace System.Runtime.CompilerServices;
#pragma warning restore IDE0130

/// <summary>Lets this assembly name the internal types of another at run time; without it the runtime drops the attribute that names them.</summary>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
