using AVServer.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AVServer.Server.Ingest;

/// <summary>Describes bodies of media, which no handler takes as a parameter.</summary>
internal static class MediaBodies
{
    private const string Form = "multipart/form-data";

    private static readonly string[] Containers =
    [
        "video/webm", "audio/webm", "video/x-matroska", "audio/x-matroska", "video/mp4", "audio/mp4", "audio/ogg", "video/ogg", "audio/wav",
    ];

    /// <summary>A container that comes as it is made.</summary>
    public static Task DescribeContainer(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = Containers.ToDictionary(type => type, _ => Bytes()) };
        return Task.CompletedTask;
    }

    /// <summary>A file, as it is or as the one part of a form.</summary>
    public static Task DescribeFile(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        string[] types = ["audio/*", "video/*", "application/octet-stream", "application/ogg"];
        var content = types.ToDictionary(type => type, _ => Bytes());
        content[Form] = new OpenApiMediaType
        {
            Schema = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Properties = new Dictionary<string, IOpenApiSchema> { ["file"] = Bytes().Schema! },
            },
        };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
        return Task.CompletedTask;
    }

    /// <summary>Some files, as parts of a form.</summary>
    public static Task DescribeRecordings(
        OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = new OpenApiSchema
        {
            Type = JsonSchemaType.Object,
            Properties = new Dictionary<string, IOpenApiSchema>
            {
                ["recording"] = new OpenApiSchema
                {
                    Type = JsonSchemaType.Array,
                    Items = Bytes().Schema!,
                    MinItems = KeywordEnrolment.FewestRecordings,
                    MaxItems = KeywordEnrolment.MostRecordings,
                },
            },
        };
        var content = new Dictionary<string, OpenApiMediaType> { [Form] = new() { Schema = schema } };
        operation.RequestBody = new OpenApiRequestBody { Required = true, Content = content };
        return Task.CompletedTask;
    }

    private static OpenApiMediaType Bytes() =>
        new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" } };
}
