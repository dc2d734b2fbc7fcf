namespace Microsoft.ML.BlockPruning.Kernels.Cpu.Threads;

/// <summary>Work in numbered items that may run in any order, on any thread, at the same time.</summary>
internal interface IParallelWork
{
    /// <summary>Does one item.</summary>
    /// <param name="item">Its number.</param>
    /// <param name="worker">The thread's number, from 0: no two items run at once under the same number.</param>
    void Run(int item, int worker);
}
