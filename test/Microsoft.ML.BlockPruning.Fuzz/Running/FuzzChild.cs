using System.Diagnostics;
using Microsoft.ML.BlockPruning.Fuzz.Coverage;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Targets;

namespace Microsoft.ML.BlockPruning.Fuzz.Running;

/// <summary>Tries inputs of one target until its time is over, or one of them has taken too much memory.</summary>
internal sealed class FuzzChild : IDisposable
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromSeconds(1);
    private readonly IFuzzTarget _target;
    private readonly FuzzFolder _folder;
    private readonly CoverageMap _map;
    private readonly InputSlot _slot;
    private readonly InputPool _pool;
    private readonly MutationPlan _plan;
    private readonly Tally _tally = new();

    /// <param name="map">Made before any other code of the product ran.</param>
    /// <param name="target">The format.</param>
    /// <param name="folder">Prepared by the parent.</param>
    /// <param name="seed">The same one makes the same inputs of the same pool.</param>
    public FuzzChild(CoverageMap map, IFuzzTarget target, FuzzFolder folder, int seed)
    {
        _map = map;
        _target = target;
        _folder = folder;
        _slot = new InputSlot(folder.Slot);
        var random = new Random(seed);
        _pool = new InputPool(random);
        _plan = new MutationPlan(target.Mutators, random);
    }

    /// <summary>Runs.</summary>
    /// <returns>Whether another child is needed to go on.</returns>
    public bool Run(TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var saved = clock.Elapsed;
        bool isWithin = true;
        foreach (byte[] input in _folder.Inputs())
        {
            isWithin = isWithin && Try(input, isSeed: true);
        }

        while (isWithin && clock.Elapsed < time)
        {
            isWithin = Try(_plan.Next(_pool.Draw(), _pool.Draw()), isSeed: false);
            if (clock.Elapsed - saved > SaveEvery)
            {
                saved = clock.Elapsed;
                _tally.Save(_folder.Tally);
            }
        }

        _folder.SaveSmallest(_pool.Smallest());
        _tally.Save(_folder.Tally);
        return !isWithin;
    }

    public void Dispose() => _slot.Dispose();

    /// <returns>Whether the process stayed within its memory.</returns>
    private bool Try(byte[] input, bool isSeed)
    {
        _slot.Put(input);
        _map.Clear();
        var clock = Stopwatch.StartNew();
        bool wasRead = false;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            _target.Read(input);
            _tally.Count("read");
            wasRead = true;
        }
        catch (Exception error) when (_target.IsDocumented(error))
        {
            _tally.Count(error.GetType().Name);
        }
        catch (Exception error)
        {
            _tally.Add(Finding.Record(_folder.Path, "exception", Finding.SignatureOf(error), input, error.ToString()));
        }

        var took = clock.Elapsed;
        if (GC.GetAllocatedBytesForCurrentThread() - allocated is var taken && taken > _target.AllocatedAtMost)
        {
            string signature = $"allocates over {_target.AllocatedAtMost >> 20} MB";
            _tally.Add(Finding.Record(_folder.Path, "memory", signature, input, $"One input took {taken} bytes."));
        }

        var branches = _map.TryAdd();
        if (branches is not null || isSeed)
        {
            _pool.Add(input, branches ?? [], isSeed ? TimeOfSecond(input) : took, wasRead);
            if (!isSeed)
            {
                _folder.Keep(input);
            }
        }

        _tally.Files++;
        _tally.Kept = _pool.Count;
        _tally.Branches = _map.Branches;
        _tally.PeakBytes = PeakMemory.Of("self");
        if (_tally.PeakBytes <= FuzzLimits.MemoryBytes)
        {
            return true;
        }

        _tally.Add(Finding.Record(
            _folder.Path, "memory", $"over {FuzzLimits.MemoryBytes >> 20} MB", input, $"The process took {_tally.PeakBytes} bytes."));
        _folder.Drop(input);
        return false;
    }

    // The first time the code is compiled.
    private TimeSpan TimeOfSecond(byte[] input)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            _target.Read(input);
        }
        catch (Exception)
        {
            // Counted already.
        }

        return clock.Elapsed;
    }
}
