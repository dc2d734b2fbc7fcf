// The runs of the sample take both cores.
[assembly: DoNotParallelize]
