using System.Globalization;
using Microsoft.ML.BlockPruning.Hosting;

namespace PruneModelSample.WebApi;

/// <summary>POST /predict: scores the images of a request.</summary>
internal sealed class PredictEndpoint(IPrunedModelScorer scorer, ServiceSettings settings) : IDisposable
{
    private const int RetrySeconds = 5;

    private readonly ImageUploads _uploads = new(settings);

    // Each image is decoded into memory of its own, four bytes a pixel; more at once would not be faster.
    private readonly SemaphoreSlim _turns = new(Environment.ProcessorCount);

    /// <summary>Answers with a <see cref="Prediction"/>, a list of them for a form, or a problem.</summary>
    public async Task<IResult> PredictAsync(HttpContext context)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        limit.CancelAfter(settings.RequestLimit);
        bool isSending = true;
        try
        {
            int top = TopOf(context.Request);
            if (!ImageUploads.IsForm(context.Request))
            {
                byte[] image = await _uploads.ReadBodyAsync(context.Request, limit.Token);
                isSending = false;
                return Results.Ok(await ScoreAsync(null, image, top, limit.Token));
            }

            var answers = new List<Prediction>();
            await foreach (var (name, image) in _uploads.ReadFormAsync(context.Request, limit.Token))
            {
                isSending = false;
                answers.Add(await ScoreAsync(name, image, top, limit.Token));
                isSending = true;
            }

            return Results.Ok(answers);
        }
        catch (RefusedException refused)
        {
            return Results.Problem(refused.Message, statusCode: refused.Status);
        }
        catch (BadHttpRequestException refused)
        {
            return Results.Problem(
                $"{refused.Message} A request has {settings.LargestBody} bytes at most here, and is sent without long pauses.",
                statusCode: refused.StatusCode);
        }
        catch (ModelNotReadyException none)
        {
            context.Response.Headers.RetryAfter = RetrySeconds.ToString(CultureInfo.InvariantCulture);
            return Results.Problem(none.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        catch (ArithmeticException notFinite)
        {
            return Results.Problem(notFinite.Message, statusCode: StatusCodes.Status500InternalServerError); // the model's fault
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested)
        {
            return TimedOut(isSending);
        }
    }

    public void Dispose() => _turns.Dispose();

    private static int TopOf(HttpRequest request)
    {
        string? text = request.Query["top"];
        if (text is null)
        {
            return int.MaxValue;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int top) && top > 0
            ? top
            : throw new RefusedException(
                StatusCodes.Status400BadRequest, $"top is '{text}', expected how many classes to name: a whole number of 1 or more.");
    }

    private async Task<Prediction> ScoreAsync(string? name, byte[] image, int top, CancellationToken cancel)
    {
        await _turns.WaitAsync(cancel);
        try
        {
            var prediction = scorer.Predict(image);
            return new Prediction(
                prediction.PredictedLabel, prediction.Probability,
                [.. prediction.Top(top).Select(entry => new LabelProbability(entry.Label, entry.Probability))], name);
        }
        catch (InvalidDataException unreadable)
        {
            throw new RefusedException(
                StatusCodes.Status400BadRequest, name is null ? unreadable.Message : $"The file '{name}': {unreadable.Message}");
        }
        finally
        {
            _turns.Release();
        }
    }

    private IResult TimedOut(bool isSending)
    {
        double seconds = settings.RequestLimit.TotalSeconds;
        return isSending
            ? Results.Problem(
                string.Create(CultureInfo.InvariantCulture, $"The images did not arrive within {seconds} s; send fewer or smaller ones."),
                statusCode: StatusCodes.Status408RequestTimeout)
            : Results.Problem(
                string.Create(CultureInfo.InvariantCulture, $"No answer within {seconds} s: the service is busy. Try again later."),
                statusCode: StatusCodes.Status504GatewayTimeout);
    }
}
