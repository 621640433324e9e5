using AVServer.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AVServer.Server;

/// <summary>Describes what the contracts' converters make of a type.</summary>
internal static class ContractsOpenApi
{
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "AVServer",
                Version = "v1",
                Description =
                    $"Wake words, speech and its expression in live media. Media comes in at {Routes.Media} (WebSocket), events go out at "
                    + $"{Routes.EventsHub} (SignalR); the rest is here.",
            };
            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            if (context.JsonTypeInfo.Type == typeof(TimeSpan))
            {
                schema.Type = JsonSchemaType.Number;
                schema.Format = null;
                schema.Pattern = null;
                schema.Description = "seconds";
            }
            if (context.JsonTypeInfo.Type == typeof(EventCursor) || context.JsonTypeInfo.Type == typeof(EventCursor?))
            {
                schema.Type = JsonSchemaType.String;
                schema.Pattern = $"^[0-9a-z]{{1,{EventCursor.MaxEpochLength}}}:(0|[1-9][0-9]*)$";
                schema.Description = "a place among a stream's events, epoch:sequence";
            }
            return Task.CompletedTask;
        });
    }
}
