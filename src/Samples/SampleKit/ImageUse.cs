namespace SampleKit;

/// <summary>The images that a run reads, and whether it has to know their classes.</summary>
[Flags]
internal enum ImageUse
{
    None = 0,

    /// <summary>Calibration images with their classes.</summary>
    Calibration = 1,

    /// <summary>Test images with their classes.</summary>
    Test = 2,

    Both = Calibration | Test,

    /// <summary>Calibration images; a folder without classes does.</summary>
    AnyCalibration = Calibration | 4,

    /// <summary>Test images; a folder without classes does.</summary>
    AnyTest = Test | 8,
}
