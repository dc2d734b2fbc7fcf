#pragma warning disable IDE0130 // the runtime knows the attribute by this namespace and name
namespace System.Runtime.CompilerServices;
#pragma warning restore IDE0130

/// <summary>Lets this assembly name the internal types of another at run time.</summary>
/// <remarks>Without it the runtime leaves out, in silence, an attribute that names one.</remarks>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
internal sealed class IgnoresAccessChecksToAttribute(string assemblyName) : Attribute
{
    public string AssemblyName { get; } = assemblyName;
}
