using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Torch;

/// <summary>Where libtorch computes. Tensors of given numbers go there, and all numbers come back, by this type.</summary>
/// <remarks>
/// The device belongs to the flow of control, as <c>no_grad</c> and dispose scopes do: the processor unless <see cref="Use"/> says another.
/// Tensors are made on the processor and then moved, and random numbers are drawn there, so that a seed means the same everywhere; on the
/// processor nothing is moved or copied.
/// </remarks>
internal class TorchDevice
{
    private static readonly AsyncLocal<TorchDevice?> Flow = new();

    private readonly int _type; // a field of the enum would ask for TorchSharp's file wherever the type is looked at
    private readonly int _index;

    /// <summary>Names a device; libtorch need not be loaded yet.</summary>
    protected TorchDevice(DeviceType type, int index)
    {
        _type = (int)type;
        _index = index;
    }

    public static TorchDevice Cpu { get; } = new(DeviceType.CPU, -1);

    /// <summary>The device of the flow of control.</summary>
    public static TorchDevice Current => Flow.Value ?? Cpu;

    /// <summary>Whether it is the processor.</summary>
    public bool IsCpu => Type == DeviceType.CPU;

    private DeviceType Type => (DeviceType)_type;

    /// <summary>A GPU by CUDA's number.</summary>
    public static TorchDevice Cuda(int index) => new(DeviceType.CUDA, index);

    /// <summary>Makes it the device of the flow of control until the result is disposed.</summary>
    public IDisposable Use()
    {
        var before = Flow.Value;
        Flow.Value = this;
        return new Restore(before);
    }

    /// <summary>Moves a tensor that was just made to the device.</summary>
    /// <param name="made">On the processor; the caller gives it away.</param>
    /// <returns>The tensor itself where the device is the processor; belongs to the open dispose scope.</returns>
    public static Tensor Put(Tensor made)
    {
        var device = Current;
        if (device.IsCpu)
        {
            return made;
        }

        using (made)
        {
            return made.to(device.Type, device._index);
        }
    }

    /// <summary>Moves a module's parameters to the device; they belong to the module then, not to a dispose scope.</summary>
    public static void Place(nn.Module module)
    {
        var device = Current;
        if (device.IsCpu)
        {
            return;
        }

        module.to(device.Type, device._index);
        foreach (var parameter in module.parameters())
        {
            parameter.DetachFromDisposeScope();
        }
    }

    /// <summary>The tensor's numbers on the processor: the tensor itself where it lies there already.</summary>
    public static Tensor ToHost(Tensor tensor) => tensor.device_type == DeviceType.CPU ? tensor : Current.Copy(tensor);

    /// <summary>The numbers of a tensor, row-major.</summary>
    /// <typeparam name="T">The tensor's own type.</typeparam>
    public static T[] Read<T>(Tensor tensor)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        return MemoryMarshal.Cast<byte, T>(ToHost(tensor.detach()).contiguous().bytes).ToArray();
    }

    /// <summary>The bytes of a contiguous tensor that lies on the processor, to be read and written in place while it is alive.</summary>
    public static Span<byte> BytesOf(Tensor tensor) => tensor.bytes;

    /// <summary>The one number of a tensor.</summary>
    /// <typeparam name="T">The tensor's own type.</typeparam>
    public static T ReadOne<T>(Tensor tensor)
        where T : unmanaged
    {
        using var scope = NewDisposeScope();
        return ToHost(tensor).item<T>();
    }

    /// <summary>Runs a LayerNorm, which libtorch has not for every device.</summary>
    public virtual Tensor Forward(nn.Module<Tensor, Tensor> layer, Tensor input) => layer.forward(input);

    /// <summary>The same of a layer that a network may lack: the input itself where it does.</summary>
    public Tensor ForwardOptional(nn.Module<Tensor, Tensor>? layer, Tensor input) => layer is null ? input : Forward(layer, input);

    /// <summary>Whether every number of a tensor is finite.</summary>
    public virtual bool AreFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return ReadOne<bool>(tensor.isfinite().all());
    }

    /// <summary>Copies a tensor from the device to the processor.</summary>
    protected virtual Tensor Copy(Tensor tensor) => tensor.cpu();

    private sealed class Restore(TorchDevice? before) : IDisposable
    {
        public void Dispose() => Flow.Value = before;
    }
}
