namespace SampleKit;

/// <summary>The images that a run reads.</summary>
[Flags]
internal enum ImageUse
{
    None = 0,
    Calibration = 1,
    Test = 2,
    Both = Calibration | Test,
}
