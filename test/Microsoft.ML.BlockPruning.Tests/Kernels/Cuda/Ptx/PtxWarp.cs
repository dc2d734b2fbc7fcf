using System.Numerics;

namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>32 lanes. Lanes at one instruction run it together; after a branch that splits them, those furthest behind run first.</summary>
/// <remarks>
/// So lanes meet again where the code joins. Collective instructions demand all 32 lanes; where a program
/// needs them to meet and they do not, that is a fault here, as it may hang or give garbage on a GPU.
/// </remarks>
internal sealed class PtxWarp
{
    private const uint AllLanes = uint.MaxValue;
    private const int MaximumInstructions = 20_000_000; // far above any kernel in the tests: more is a loop without end

    private readonly PtxInstruction[] _code;
    private readonly ulong[] _registers; // [register][lane]
    private readonly int[] _pcs = new int[32]; // of each lane, while they are split
    private readonly int _warp;
    private readonly byte[] _parameters;
    private readonly SharedMemory _shared;
    private readonly LaunchCounters _counters;
    private readonly WarpMemory _memory;
    private readonly WarpCollectives _collectives;
    private uint _alive = AllLanes;
    private uint _active = AllLanes;
    private int _pc;
    private int _instructions;
    private WarpState _state = WarpState.Running;

    public PtxWarp(
        PtxEntry entry, int warp, (int X, int Y, int Z) block, byte[] parameters, DeviceMemory memory, SharedMemory shared,
        LaunchCounters counters)
    {
        _code = entry.Code;
        _warp = warp;
        _parameters = parameters;
        _shared = shared;
        _counters = counters;
        _registers = new ulong[entry.Registers * 32];
        Copies = new AsyncCopies(shared);
        _memory = new WarpMemory(_registers, warp, memory, shared, counters);
        _collectives = new WarpCollectives(_registers, warp, shared, counters);
        foreach (var (register, value) in entry.Constants)
        {
            Lanes(register).Fill(value);
        }

        foreach (var (name, register) in entry.Specials)
        {
            Lanes(register).Fill((ulong)(name switch { "%ctaid.x" => block.X, "%ctaid.y" => block.Y, "%ctaid.z" => block.Z, _ => 0 }));
            for (int lane = 0; lane < 32 && name == "%tid.x"; lane++)
            {
                Lanes(register)[lane] = (ulong)((warp * 32) + lane);
            }
        }
    }

    public AsyncCopies Copies { get; }

    /// <summary>Runs until a block barrier or the end.</summary>
    public WarpState Run()
    {
        while (_state == WarpState.Running)
        {
            Step();
        }

        return _state;
    }

    public void PassBarrier() => _state = WarpState.Running;

    private Span<ulong> Lanes(int register) => _registers.AsSpan(register * 32, 32);

    private void Step()
    {
        if (_pc >= _code.Length || ++_instructions > MaximumInstructions)
        {
            throw new PtxFault(PtxFaultKind.Deadlock, "The warp runs past its end or without one.");
        }

        var instruction = _code[_pc];
        uint mask = _active & GuardMask(instruction);
        int next = _pc + 1;
        switch (instruction.Operation)
        {
            case PtxOperation.Branch when mask == _active:
                next = instruction.Target;
                break;
            case PtxOperation.Branch when mask != 0:
                Split(mask, instruction.Target, next);
                return;
            case PtxOperation.Branch:
                break;
            case PtxOperation.Return:
                Finish(mask, next);
                return;
            default:
                if (mask != 0)
                {
                    Execute(instruction, mask);
                }

                break;
        }

        if (_active == _alive)
        {
            _pc = next;
        }
        else
        {
            Place(_active, next);
            Regroup();
        }
    }

    private uint GuardMask(PtxInstruction instruction)
    {
        if (instruction.Guard < 0)
        {
            return AllLanes;
        }

        var predicate = Lanes(instruction.Guard);
        uint mask = 0;
        for (int lane = 0; lane < 32; lane++)
        {
            mask |= (uint)predicate[lane] << lane;
        }

        return instruction.GuardNegated ? ~mask : mask;
    }

    private void Execute(PtxInstruction instruction, uint mask)
    {
        _counters.Instructions++;
        switch (instruction.Operation)
        {
            case PtxOperation.Compute:
                Compute(instruction, mask);
                break;
            case PtxOperation.LoadParameter:
                LoadParameter(instruction);
                break;
            case PtxOperation.LoadGlobal or PtxOperation.StoreGlobal:
                _memory.AccessGlobal(instruction, mask);
                break;
            case PtxOperation.LoadShared or PtxOperation.StoreShared:
                _memory.AccessShared(instruction, mask);
                break;
            case PtxOperation.CopyAsync:
                _memory.Copy(instruction, mask, Copies);
                break;
            default:
                if (mask != AllLanes)
                {
                    throw new PtxFault(
                        PtxFaultKind.Divergence,
                        $"{BitOperations.PopCount(mask)} of 32 lanes are at '{instruction.Text}', which needs all.");
                }

                ExecuteTogether(instruction);
                break;
        }
    }

    private void ExecuteTogether(PtxInstruction instruction)
    {
        switch (instruction.Operation)
        {
            case PtxOperation.CommitCopies:
                Copies.Commit();
                break;
            case PtxOperation.WaitForCopies:
                Copies.Wait((int)Lanes(instruction.Operands[0].Register)[0]);
                break;
            case PtxOperation.BlockBarrier:
                _state = WarpState.AtBarrier;
                break;
            case PtxOperation.WarpBarrier:
                _shared.BeginWarpEpoch(_warp);
                break;
            case PtxOperation.LoadMatrix:
                _collectives.LoadMatrix(instruction);
                break;
            case PtxOperation.MultiplyMatrix:
                _collectives.Multiply(instruction);
                break;
            case PtxOperation.Shuffle:
                _collectives.Shuffle(instruction);
                break;
            default:
                throw new PtxFault(PtxFaultKind.Unknown, $"Nobody executes '{instruction.Text}'.");
        }
    }

    private void Compute(PtxInstruction instruction, uint mask)
    {
        var operands = instruction.Operands;
        var compute = instruction.Compute!;
        _counters.Fma += instruction.MultipliesAndAdds ? BitOperations.PopCount(mask) : 0;
        var target = Lanes(operands[0].Register);
        var a = Lanes(operands[1].Register);
        var b = Lanes(operands[Math.Min(2, operands.Length - 1)].Register); // an operand that is not there is not looked at
        var c = Lanes(operands[Math.Min(3, operands.Length - 1)].Register);
        for (int lane = 0; lane < 32; lane++)
        {
            if ((mask >> lane & 1) != 0)
            {
                target[lane] = compute(a[lane], b[lane], c[lane]);
            }
        }
    }

    private void LoadParameter(PtxInstruction instruction)
    {
        var address = instruction.Operands[1];
        var targets = instruction.Operands[0].Registers;
        for (int i = 0; i < targets.Length; i++)
        {
            int offset = (int)(Lanes(address.Register)[0] + (ulong)address.Offset) + (i * instruction.ElementBytes);
            Lanes(targets[i]).Fill(instruction.ElementBytes == 8
                ? BitConverter.ToUInt64(_parameters, offset)
                : BitConverter.ToUInt32(_parameters, offset));
        }
    }

    private void Split(uint taken, int target, int next)
    {
        Place(_active & taken, target);
        Place(_active & ~taken, next);
        Regroup();
    }

    private void Finish(uint mask, int next)
    {
        _alive &= ~mask;
        Place(_active & ~mask, next);
        if (_alive == 0)
        {
            _state = WarpState.Finished;
        }
        else
        {
            Regroup();
        }
    }

    private void Place(uint lanes, int pc)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            _pcs[BitOperations.TrailingZeroCount(lanes)] = pc;
        }
    }

    private void Regroup()
    {
        _pc = int.MaxValue;
        for (uint lanes = _alive; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            if (_pcs[lane] < _pc)
            {
                _pc = _pcs[lane];
                _active = 0;
            }

            _active |= _pcs[lane] == _pc ? 1u << lane : 0;
        }
    }
}
