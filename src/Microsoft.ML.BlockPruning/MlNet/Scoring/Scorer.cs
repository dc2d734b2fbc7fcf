using Microsoft.ML.BlockPruning.Inference;
using Microsoft.ML.BlockPruning.MlNet.Columns;
using Microsoft.ML.BlockPruning.MlNet.Interop;
using Microsoft.ML.BlockPruning.Models;
using Microsoft.ML.BlockPruning.Networks;
using Microsoft.ML.Runtime;

namespace Microsoft.ML.BlockPruning.MlNet.Scoring;

/// <summary>What scores the rows of one transformer: its network, its session, its columns.</summary>
/// <remarks>From any thread, once network and settings are as the application wants them.</remarks>
internal sealed class Scorer : IDisposable
{
    private readonly object _owner;
    private readonly IHost _host;
    private readonly IScoringSession _session;
    private int _isDisposed;

    /// <summary>Takes a session over.</summary>
    /// <param name="owner">What a message calls disposed.</param>
    /// <param name="host">Marks exceptions as ML.NET's, and says when to stop.</param>
    /// <param name="session">Scores; disposed with this.</param>
    /// <param name="network">The network of the session.</param>
    /// <param name="settings">Columns, batch and limits.</param>
    public Scorer(object owner, IHost host, IScoringSession session, SparseViT network, ScoringSettings settings)
    {
        _owner = owner;
        _host = host;
        _session = session;
        Network = network;
        Settings = settings;
    }

    /// <summary>The network; another one of the same weights may take its place.</summary>
    public SparseViT Network { get; set; }

    public ScoringSettings Settings { get; set; }

    public NetworkSpec Spec => Network.Spec;

    /// <summary>The same network and session with other columns; who disposes this one ends that one too.</summary>
    public Scorer With(ScoringSettings settings) => new(_owner, _host, _session, Network, settings);

    /// <summary>Binds to the columns of an input.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The image column is absent, or of a type or size that does not fit.</exception>
    public ScoringSchema Bind(DataViewSchema inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        ThrowIfDisposed();
        return new ScoringSchema(_host, inputSchema, Settings, Network.Preprocessing, Network.LabelNames);
    }

    public ImageColumnReader CreateReader(DataViewRow row, DataViewSchema.Column column) =>
        new(_host, row, column, Network.Preprocessing, Settings.MaximumPixels);

    /// <summary>Runs the network; from any thread.</summary>
    /// <param name="images">[count, channels, imageSize, imageSize], normalised.</param>
    /// <param name="count">Number of images.</param>
    /// <param name="logits">[count, numClasses], overwritten.</param>
    public void Score(ReadOnlySpan<float> images, int count, Span<float> logits)
    {
        ThrowIfDisposed();
        MlNetHost.ThrowIfCancelled(_host);
        _session.Score(images, count, logits);
    }

    /// <summary>Refuses logits that are no answer.</summary>
    /// <param name="logits">[numClasses] of one image.</param>
    /// <param name="row">The image's row, from 0.</param>
    /// <exception cref="ArithmeticException">One is NaN or infinite.</exception>
    public void CheckFinite(ReadOnlySpan<float> logits, long row)
    {
        if (FiniteLogits.FirstBad(logits) >= 0)
        {
            throw _host.Process(FiniteLogits.Error($"Row {row} (from 0)", logits));
        }
    }

    public void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_isDisposed != 0, _owner);

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _session.Dispose();
        }
    }
}
