using Microsoft.ML.BlockPruning.Benchmarks.Saving;

namespace Microsoft.ML.BlockPruning.Benchmarks.Tests.Saving;

/// <summary>A few of the kills of eng/bench.sh save-kill.</summary>
[TestClass]
[OSCondition(OperatingSystems.Linux | OperatingSystems.OSX)]
public sealed class SaveKillerTests
{
    [TestMethod]
    [DataRow(PipelineCase.Is)]
    [DataRow(NetworkCase.Is)]
    [DataRow(StateCase.Is)]
    [DataRow(JournalCase.Is)]
    [DataRow(ReportCase.Is)]
    public void Run_FindsTheOldFileOrTheNewOneAndNoLeftover(string writer)
    {
        using var killer = new SaveKiller(SaveCase.Of(writer), seed: 3);

        var row = killer.Run(kills: 3);

        Assert.AreEqual("", string.Join('\n', row.Wrong));
        Assert.AreEqual((3, 0), (row.Old + row.New, row.PartsAfterNextSave));
        Assert.AreEqual(3, row.Before + row.During + row.After);
    }

    [TestMethod]
    public void Holds_TellsHalfOfAFileFromAWholeOne()
    {
        var folder = Directory.CreateTempSubdirectory("blockpruning-tests-");
        string half = Path.Combine(folder.FullName, "half");
        try
        {
            foreach (string writer in new[] { PipelineCase.Is, NetworkCase.Is, ReportCase.Is, JournalCase.Is })
            {
                using var save = SaveCase.Of(writer);
                string reference = Path.Combine(folder.FullName, save.FileName);
                save.Write(reference, 0);
                byte[] whole = File.ReadAllBytes(reference);
                File.WriteAllBytes(half, whole[..(whole.Length / 2)]);

                Assert.IsTrue(save.Holds(reference, reference, isBeingWritten: false), writer);
                Assert.IsFalse(HoldsHalf(save, reference), writer);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        bool HoldsHalf(SaveCase save, string reference)
        {
            try
            {
                return save.Holds(half, reference, isBeingWritten: false);
            }
            catch (Exception error) when (error is InvalidDataException or System.Xml.XmlException)
            {
                return false; // as the killer takes it
            }
        }
    }
}
