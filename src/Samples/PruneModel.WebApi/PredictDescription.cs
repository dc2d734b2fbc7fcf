using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace PruneModelSample.WebApi;

/// <summary>What /openapi/v1.json says of POST /predict beyond what the types tell.</summary>
internal static class PredictDescription
{
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint)
    {
        endpoint.WithName("Predict")
            .WithSummary("Says what is on an image")
            .WithDescription("Send an image file (PNG, JPEG, BMP, GIF or WebP) as the body, or a form with one file or several.")
            .Produces<Prediction>();
        foreach (int status in (int[])[400, 408, 413, 415, 429, 500, 503, 504])
        {
            endpoint.ProducesProblem(status);
        }

        return endpoint.AddOpenApiOperationTransformer(DescribeAsync);
    }

    private static async Task DescribeAsync(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancel)
    {
        var file = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" };
        operation.Parameters =
        [
            new OpenApiParameter
            {
                Name = "top",
                In = ParameterLocation.Query,
                Description = "How many classes to name; all unless given.",
                Schema = new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1" },
            },
        ];
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                ["image/*"] = new() { Schema = file },
                ["application/octet-stream"] = new() { Schema = file },
                ["multipart/form-data"] = new()
                {
                    Schema = new OpenApiSchema
                    {
                        Type = JsonSchemaType.Object,
                        Properties = new Dictionary<string, IOpenApiSchema>
                        {
                            ["files"] = new OpenApiSchema { Type = JsonSchemaType.Array, Items = file },
                        },
                    },
                },
            },
        };
        operation.Responses!["200"].Content!["application/json"].Schema = new OpenApiSchema
        {
            OneOf =
            [
                await context.GetOrCreateSchemaAsync(typeof(Prediction), cancellationToken: cancel),
                await context.GetOrCreateSchemaAsync(typeof(Prediction[]), cancellationToken: cancel),
            ],
        };
    }
}
