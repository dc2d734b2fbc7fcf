using Microsoft.ML.BlockPruning.Checkpoints;
using Microsoft.ML.BlockPruning.FineTuning;
using Microsoft.ML.BlockPruning.Formats;
using Microsoft.ML.BlockPruning.Imaging;
using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.Pruning;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning;

public sealed partial class BlockPruneEstimator
{
    /// <summary>What to prune, how far, and the columns. Read once, when the estimator is made.</summary>
    public sealed class Options
    {
        /// <summary>
        /// Gets or sets the dense network: a file (safetensors, <c>.pth</c>, <c>.bin</c>), an index of several, or their folder, as
        /// <see cref="ViTCheckpoint.Load(string)"/> takes them. <c>config.json</c> and <c>preprocessor_config.json</c> beside it are read.
        /// </summary>
        /// <value>Required.</value>
        public string ModelPath { get; set; } = "";

        /// <summary>Gets or sets the network's attention heads per layer, where no file tells them.</summary>
        /// <value>Null: what the files say, else 64 features a head (16 heads of the widths 1152, 1280, 1408 and 1664).</value>
        public int? NumHeads { get; set; }

        /// <summary>Gets or sets width and height of the network's images in pixels; positions are resampled for it.</summary>
        /// <value>Null: what the preprocessing beside the network says, else the size for which its positions were trained.</value>
        public int? ImageSize { get; set; }

        /// <summary>Gets or sets the column of images: <c>MLImage</c>, vector of bytes (an image file) or of float (pixels).</summary>
        /// <value><c>Image</c>.</value>
        public string ImageColumnName { get; set; } = "Image";

        /// <summary>Gets or sets the key column whose values name the classes and fix the order of <c>Score</c>.</summary>
        /// <value><c>Label</c>. Null where there is none: classes are then named by <c>config.json</c>, else "0", "1" and so on.</value>
        public string? LabelColumnName { get; set; } = "Label";

        /// <summary>Gets or sets how the network's classes were put in order in training, where <c>config.json</c> names none.</summary>
        /// <value>
        /// <see cref="ClassNameOrder.Unspecified"/>: labels of which natural (timm's) and ordinal (torchvision's) order differ are refused.
        /// </value>
        public ClassNameOrder ClassOrder { get; set; }

        /// <summary>Gets or sets the output column of logits, a vector of float, one per class.</summary>
        /// <value><c>Score</c>.</value>
        public string ScoreColumnName { get; set; } = "Score";

        /// <summary>Gets or sets the output column of the best class, a key.</summary>
        /// <value><c>PredictedLabel</c>.</value>
        public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

        /// <summary>Gets or sets the output column of probabilities, a vector of float: the softmax of the logits.</summary>
        /// <value>
        /// Null: none. ML.NET's evaluator takes its log-loss from this column, where it is told: <c>scoreColumnName: "Probability"</c>.
        /// </value>
        public string? ProbabilityColumnName { get; set; }

        /// <summary>Gets or sets the weight tile that is kept or removed as a whole; not larger than any prunable weight.</summary>
        /// <value>16 x 16 weights.</value>
        public BlockShape Block { get; set; } = new(16, 16);

        /// <summary>Gets or sets how much is kept.</summary>
        /// <value>Half of the multiply-adds.</value>
        public PruneBudget Budget { get; set; } = PruneBudget.Flops(0.5);

        /// <summary>Gets or sets what tells how much a block matters.</summary>
        /// <value><see cref="PruneCriterion.ObsPath"/>. <see cref="PruneAllocation.InteractionAware"/> takes no other.</value>
        public PruneCriterion Criterion { get; set; } = PruneCriterion.ObsPath;

        /// <summary>Gets or sets how the budget is spread over the layers.</summary>
        /// <value><see cref="PruneAllocation.Global"/>.</value>
        /// <remarks>
        /// <see cref="PruneAllocation.Uniform"/> and <see cref="PruneAllocation.InteractionAware"/> cannot meet
        /// <see cref="PruneBudget.Latency"/>; the latter cannot meet <see cref="PruneBudget.All"/> of several budgets either.
        /// </remarks>
        public PruneAllocation Allocation { get; set; } = PruneAllocation.Global;

        /// <summary>Gets or sets how the kept weights make up for the removed ones.</summary>
        /// <value><see cref="PruneRefit.Reconstruction"/>.</value>
        public PruneRefit Refit { get; set; } = PruneRefit.Reconstruction;

        /// <summary>Gets or sets the basis that the network is rewritten in, computing the same, before blocks are rated.</summary>
        /// <value><see cref="PruneBasis.Full"/>.</value>
        public PruneBasis Basis { get; set; } = PruneBasis.Full;

        /// <summary>Gets or sets how the pruned network's weights are stored, rounded once refit and fine-tuning are done.</summary>
        /// <value>
        /// <see cref="NumberFormat.Float32"/>. <see cref="NumberFormat.BFloat16"/> makes a file of half the bytes. Biases, norms, tokens
        /// and positions stay float32, and so does the arithmetic on the processor.
        /// </value>
        public NumberFormat WeightFormat { get; set; } = NumberFormat.Float32;

        /// <summary>Gets or sets in what numbers the processor multiplies the pruned layers; it is saved with the model.</summary>
        /// <value><see cref="ScoringFormat.Float32"/>.</value>
        public ScoringFormat Format { get; set; } = ScoringFormat.Float32;

        /// <summary>Gets or sets in how many shots the budget is reached; each takes as long as the first.</summary>
        /// <value>1.</value>
        /// <remarks>
        /// The kept fraction falls geometrically from one to the budget. A shot rates the blocks that are still there on the network as the
        /// shot before it left it, and refits towards the dense network; a block that has gone does not come back.
        /// </remarks>
        public int Shots { get; set; } = 1;

        /// <summary>Gets or sets the fraction of its blocks that every layer keeps at least, in [0, 1].</summary>
        /// <value>0: a layer may go altogether.</value>
        public double LayerFloor { get; set; }

        /// <summary>Gets or sets floors of single layers, which take the place of <see cref="LayerFloor"/> there.</summary>
        /// <value>Null: none. Keys are timm's names without <c>.weight</c>, such as <c>blocks.0.attn.qkv</c>; values in [0, 1].</value>
        public IReadOnlyDictionary<string, double>? LayerFloors { get; set; }

        /// <summary>Gets or sets blocks of single layers, which take the place of <see cref="Block"/> there.</summary>
        /// <value>Null: none. Keys as in <see cref="LayerFloors"/>.</value>
        public IReadOnlyDictionary<string, BlockShape>? LayerBlocks { get; set; }

        /// <summary>Gets or sets the layers that lose no block. Their weights are refitted as all others are.</summary>
        /// <value>Null: none. Names as in <see cref="LayerFloors"/>.</value>
        public IReadOnlyCollection<string>? LayersToKeepDense { get; set; }

        /// <summary>Gets or sets how many images the transformer scores at once in a data view; it does not change the scores.</summary>
        /// <value>32. In 1 to 4,096: at most 256 go through the layers together, more would only take memory.</value>
        public int BatchSize { get; set; } = ScoringLimits.UsualBatchSize;

        /// <summary>Gets or sets the threads that score a batch, which do not change the scores, and libtorch's.</summary>
        /// <value>
        /// Null: one per processor that the process may use (<see cref="Environment.ProcessorCount"/>, which knows containers' quotas), or
        /// fewer of libtorch's where the process has set that. In 1 to 1,024. libtorch's number is the process's; after <c>Fit</c> it is as
        /// before.
        /// </value>
        public int? NumberOfThreads { get; set; }

        /// <summary>Gets or sets what the transformer scores on.</summary>
        /// <value>
        /// Null: the GPU that <see cref="MLContext.GpuDeviceId"/> names, if it names one, else the processor. It is not saved with a model.
        /// </value>
        public ScoringDevice? Device { get; set; }

        /// <summary>Gets or sets what calibration, refit and fine-tuning compute on.</summary>
        /// <value>
        /// Null: as <see cref="Device"/>. A GPU takes an application that was built with <c>-p:TorchBackend=cuda</c>; where it cannot be
        /// used, the same rules hold as for scoring. It has never run on a GPU.
        /// </value>
        public ScoringDevice? TrainingDevice { get; set; }

        /// <summary>Gets or sets how many images calibration takes; of more it draws that many with the context's seed.</summary>
        /// <value>
        /// Null: all, or a sample of as many as one array holds (14,266 of 3x224x224). 256 to 2,048 are enough for most networks.
        /// </value>
        public int? MaximumCalibrationImages { get; set; }

        /// <summary>Gets or sets where the class of a calibration image comes from.</summary>
        /// <value><see cref="CalibrationLabels.Sampled"/>.</value>
        public CalibrationLabels CalibrationLabels { get; set; } = CalibrationLabels.Sampled;

        /// <summary>Gets or sets images that no step of pruning sees: the report compares both networks on them.</summary>
        /// <value>
        /// Null: none, or what <see cref="ValidationSetFraction"/> sets aside. Transform it as the calibration data: <c>Fit</c> reads the
        /// same columns of it; labels, where it has them, must have the same keys. All images are held in memory.
        /// </value>
        public IDataView? ValidationSet { get; set; }

        /// <summary>Gets or sets the fraction of the calibration images that is set aside as <see cref="ValidationSet"/>.</summary>
        /// <value>0: none. In [0, 1); drawn with the context's seed, at least one image. Calibration has so many less.</value>
        public double ValidationSetFraction { get; set; }

        /// <summary>Gets or sets how the pruned network is trained on the calibration images, with the dense one as teacher.</summary>
        /// <value>Null: it is not. It pays with thousands of images; its labels are the calibration's.</value>
        public FineTuneOptions? FineTuning { get; set; }

        /// <summary>Gets or sets the folder that keeps what finished stages gave: the same <c>Fit</c> goes on after a kill.</summary>
        /// <value>Null: nothing is kept. The folder is made where it is missing.</value>
        /// <remarks>
        /// Calibration, the choice of blocks and each layer of the refit are kept, and fine-tuning's state where
        /// <see cref="FineTuneOptions.CheckpointPath"/> names no other file; what is there is not done again, and weights, plan and the
        /// report's figures come out as in one go. A folder of another network, of other options or images (by their content) is refused.
        /// Its files stay when <c>Fit</c> is done, since the model is not saved yet: <see cref="PruneCheckpoint.Remove"/> takes them away.
        /// </remarks>
        public string? CheckpointFolder { get; set; }

        /// <summary>Gets or sets what is done to an image before the network reads it.</summary>
        /// <value>
        /// Null: what <c>preprocessor_config.json</c> or <c>config.json</c> beside the model says, else the usual of the network's family.
        /// </value>
        public ImagePreprocessing? Preprocessing { get; set; }

        /// <summary>Gets or sets whether an image file is turned as its EXIF orientation says.</summary>
        /// <value>False: as <see cref="ImagePreprocessing.ApplyOrientation"/> of <see cref="Preprocessing"/> says.</value>
        public bool ApplyOrientation { get; set; }

        /// <summary>Gets or sets how many pixels an image has at most, by its header; it is saved with a model.</summary>
        /// <value>89,478,485, as Pillow warns at. A larger image is refused before memory is taken: four bytes a pixel.</value>
        public long MaximumPixels { get; set; } = ImageFile.DefaultMaximumPixels;

        /// <summary>Gets or sets who is told how far <c>Fit</c> has come. ML.NET's own progress never reaches its log.</summary>
        /// <value>Null.</value>
        public IProgress<PruneProgress>? Progress { get; set; }

        /// <summary>Gets or sets what stops <c>Fit</c>; it then throws <see cref="OperationCanceledException"/> within one batch.</summary>
        /// <value>Never.</value>
        public CancellationToken CancellationToken { get; set; }

        internal Options Copy()
        {
            var copy = (Options)MemberwiseClone();
            copy.FineTuning = FineTuning?.Copy();
            return copy;
        }
    }
}
