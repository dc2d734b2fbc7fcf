namespace Microsoft.ML.BlockPruning.Tests.Kernels.Cuda.Ptx;

/// <summary>Shared memory of one thread block, with who touched each word last: finds races whatever the order warps ran in.</summary>
/// <remarks>
/// Time is counted in barriers: a block barrier begins a new epoch for all, a warp barrier one for its warp. Two threads on one word, one
/// of them writing, need a barrier between them. An asynchronous copy holds its words from issue until its thread has waited for it.
/// </remarks>
internal sealed class SharedMemory(int bytes, int warps, LaunchCounters counters)
{
    private const int Nobody = -1;
    private const int Several = -2;

    private readonly byte[] _bytes = new byte[bytes];
    private readonly Word[] _words = CreateWords((bytes + 3) / 4);
    private readonly int[] _warpEpochs = new int[warps];
    private int _epoch;

    public void BeginEpoch() => _epoch++;

    public void BeginWarpEpoch(int warp) => _warpEpochs[warp]++;

    /// <summary>Bytes that a thread reads.</summary>
    public ReadOnlySpan<byte> Read(uint address, int bytes, int thread, string what)
    {
        Check(address, bytes, what);
        for (int i = (int)address / 4; i < (int)(address + bytes + 3) / 4; i++)
        {
            ref var word = ref _words[i];
            NoteRead(ref word, thread, what);
        }

        return _bytes.AsSpan((int)address, bytes);
    }

    /// <summary>Bytes that a thread is about to write.</summary>
    public Span<byte> Write(uint address, int bytes, int thread, string what)
    {
        Check(address, bytes, what);
        for (int i = (int)address / 4; i < (int)(address + bytes + 3) / 4; i++)
        {
            ref var word = ref _words[i];
            NoteWrite(ref word, thread, what);
        }

        return _bytes.AsSpan((int)address, bytes);
    }

    /// <summary>A copy of 16 bytes sets out.</summary>
    public void BeginCopy(uint address, int thread, string what)
    {
        Write(address, 16, thread, what);
        for (int i = 0; i < 4; i++)
        {
            _words[(address / 4) + i].InFlight = true;
        }
    }

    /// <summary>The copy is there, as if its thread had written it now.</summary>
    public void EndCopy(uint address, ReadOnlySpan<byte> data, int thread)
    {
        data.CopyTo(_bytes.AsSpan((int)address, 16));
        for (int i = 0; i < 4; i++)
        {
            ref var word = ref _words[(address / 4) + i];
            word.InFlight = false;
            Stamp(ref word, thread);
        }
    }

    /// <summary>Counts how often banks have to serve again: 32 banks of 4 bytes, 128 bytes at a time.</summary>
    /// <param name="addresses">[32].</param>
    /// <param name="mask">Lanes that take part.</param>
    /// <param name="width">Bytes a lane: 4, 8 or 16.</param>
    public void CountConflicts(ReadOnlySpan<uint> addresses, uint mask, int width)
    {
        int lanesAtOnce = Math.Min(32, 128 / width);
        Span<int> load = stackalloc int[32];
        Span<uint> seen = stackalloc uint[32];
        for (int first = 0; first < 32; first += lanesAtOnce)
        {
            load.Clear();
            int distinct = 0;
            for (int lane = first; lane < first + lanesAtOnce; lane++)
            {
                uint piece = addresses[lane] / (uint)width;
                if ((mask >> lane & 1) == 0 || seen[..distinct].Contains(piece))
                {
                    continue;
                }

                seen[distinct++] = piece;
                for (int i = 0; i < width / 4; i++)
                {
                    load[(int)(((addresses[lane] / 4) + i) % 32)]++;
                }
            }

            int worst = 0;
            foreach (int l in load)
            {
                worst = Math.Max(worst, l);
            }

            counters.BankConflicts += Math.Max(0, worst - 1);
        }
    }

    private static Word[] CreateWords(int count)
    {
        var words = new Word[count];
        Array.Fill(words, new Word { WriteEpoch = -1, ReadEpoch = -1, Writer = Nobody, ReaderLane = Nobody, ReaderWarp = Nobody });
        return words;
    }

    private void Check(uint address, int bytes, string what)
    {
        if ((long)address + bytes > _bytes.Length)
        {
            throw new PtxFault(
                PtxFaultKind.OutOfBounds, $"{bytes} bytes at {address} of {_bytes.Length} bytes of shared memory, at '{what}'.");
        }

        if (address % bytes != 0)
        {
            throw new PtxFault(PtxFaultKind.Misaligned, $"Shared address {address} is no multiple of {bytes}, at '{what}'.");
        }
    }

    private void NoteRead(ref Word word, int thread, string what)
    {
        int warp = thread / 32;
        CheckInFlight(word, what);
        if (word.WriteEpoch < 0)
        {
            throw new PtxFault(PtxFaultKind.Uninitialized, $"Shared memory is read before anybody wrote it, at '{what}'.");
        }

        CheckWriter(word, thread, what);
        if (word.ReadEpoch != _epoch)
        {
            word.ReaderWarp = warp;
            word.ReaderLane = thread % 32;
        }
        else if (word.ReaderWarp != warp)
        {
            word.ReaderWarp = Several;
        }
        else if (word.ReaderLane != thread % 32)
        {
            word.ReaderLane = word.ReadWarpEpoch == _warpEpochs[warp] ? Several : thread % 32;
        }

        word.ReadEpoch = _epoch;
        word.ReadWarpEpoch = _warpEpochs[warp];
    }

    private void NoteWrite(ref Word word, int thread, string what)
    {
        CheckInFlight(word, what);
        CheckWriter(word, thread, what);
        if (word.ReadEpoch == _epoch
            && (word.ReaderWarp != thread / 32
                || (word.ReaderLane != thread % 32 && word.ReadWarpEpoch == _warpEpochs[thread / 32])))
        {
            throw new PtxFault(
                PtxFaultKind.Race, $"Thread {thread} writes shared memory that others read since the last barrier, at '{what}'.");
        }

        Stamp(ref word, thread);
    }

    private void CheckWriter(in Word word, int thread, string what)
    {
        if (word.WriteEpoch == _epoch && word.Writer != thread
            && (word.Writer / 32 != thread / 32 || word.WriteWarpEpoch == _warpEpochs[thread / 32]))
        {
            throw new PtxFault(
                PtxFaultKind.Race, $"Thread {thread} touches what thread {word.Writer} wrote since the last barrier, at '{what}'.");
        }
    }

    private static void CheckInFlight(in Word word, string what)
    {
        if (word.InFlight)
        {
            throw new PtxFault(PtxFaultKind.CopyInFlight, $"Shared memory is touched while a copy to it is under way, at '{what}'.");
        }
    }

    private void Stamp(ref Word word, int thread)
    {
        word.WriteEpoch = _epoch;
        word.WriteWarpEpoch = _warpEpochs[thread / 32];
        word.Writer = thread;
    }

    private struct Word
    {
        public int WriteEpoch;
        public int WriteWarpEpoch;
        public int Writer;
        public int ReadEpoch;
        public int ReadWarpEpoch;
        public int ReaderWarp;
        public int ReaderLane;
        public bool InFlight;
    }
}
