using AVServer.Contracts;
using AVServer.Server.Cluster;
using AVServer.Server.Configuration;
using AVServer.Server.Delivery;
using AVServer.Server.Delivery.Mqtt;
using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Delivery.Wyoming;
using AVServer.Server.Events;
using AVServer.Server.Ingest;
using AVServer.Server.Keywords;
using AVServer.Server.Observability;
using AVServer.Server.Scoring;
using AVServer.Server.Security;
using AVServer.Server.Sources;
using AVServer.Server.Storage.Backup;
using AVServer.Server.Storage.Clips;
using AVServer.Server.Storage.History;
using AVServer.Server.Streams;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using OpenTelemetry.Metrics;

namespace AVServer.Server;

/// <summary>The server's services and routes.</summary>
public static class ServerSetup
{
    /// <summary>Adds everything but the pipeline.</summary>
    public static WebApplicationBuilder AddServer(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // These log whole request URLs or header lines, which may hold a key.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Http.Connections", LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.BadRequests", LogLevel.Warning);
        // What keeps it from starting or stopping goes on to the program, which tells it in a sentence.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        var services = builder.Services;
        services.AddServerOptions();
        services.AddStreams();
        services.AddCluster(builder.Configuration);
        services.AddTelemetry(builder.Configuration);
        services.AddHistory().AddClips().AddBackup().AddWebhooks().AddJobs(builder.Configuration).AddKeywords().AddWyoming().AddMqtt()
            .AddSources(builder.Configuration);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = Problem.AddCode);
        services.AddSingleton<FaultReports>().AddSingleton<AuditLog>();
        services.AddExceptionHandler<ProblemExceptionHandler>();
        services.AddSecurity();
        services.AddOptions<RateLimiterOptions>().Configure<KeyLimits>((options, keyLimits) => keyLimits.Configure(options));
        services.AddSingleton<ScoreLimiter>();
        // A parameter that can't be read is told in a sentence.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.AddRateLimiter();
        services.AddOpenApi(options =>
        {
            ContractsOpenApi.Configure(options);
            ProblemOpenApi.Configure(options);
            SecurityOpenApi.Configure(options);
        });
        services.AddSignalR(options => options.AddFilter<HubErrorFilter>());
        return builder;
    }

    /// <summary>Puts the middleware in order and maps every route.</summary>
    public static WebApplication MapServer(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.Services.Prepare();
        Credential.UseCredentials(app);
        app.UseSecurityHeaders();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseHostAndOriginFilter();
        app.UseWebClient();
        app.UseRouting();
        var origins = app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.AllowedOrigins;
        app.UseCors(policy => policy
            .WithOrigins([.. origins]).AllowAnyHeader().AllowAnyMethod().AllowCredentials().WithExposedHeaders(HeaderNames.RetryAfter));
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseWebSockets();
        app.MapHealth();
        var guarded = app.MapGroup("").RequireAuthorization();
        guarded.MapMedia().MapEvents().MapHistory().MapClips().MapBackup().MapScore().MapJobs();
        guarded.MapStreams().MapSources().MapModels().MapKeywords().MapKeywordRecordings().MapTokens().MapMetrics();
        guarded.MapHub<EventsHub>(Routes.EventsHub).RequireScope(Scope.Subscribe);
        guarded.MapOpenApi(Routes.OpenApi.Replace("v1", "{documentName}"));
        return app;
    }

    private static void Prepare(this IServiceProvider services)
    {
        var configuration = services.GetRequiredService<IConfiguration>();
        RenamedSettings.Check(configuration);
        services.GetRequiredService<IStartupValidator>().Validate();   // before anything reads an option: all that is wrong at once
        var security = services.GetRequiredService<IOptions<SecurityOptions>>().Value;
        ListenAddresses.Check(configuration, services.GetRequiredService<IOptions<WyomingOptions>>().Value, security);
        var limits = services.GetRequiredService<IOptions<ServerLimits>>().Value;
        // Not by Configure: the host reads its own options when it is built, before ours are validated.
        services.GetRequiredService<IOptions<HostOptions>>().Value.ShutdownTimeout = limits.DrainTimeout + (2 * limits.CloseTimeout);
        services.GetRequiredService<KeyRing>();   // whether callers are asked is decided now, whatever becomes of the settings
        services.GetRequiredService<MeterProvider>();   // counts from the start
        services.GetRequiredService<StreamRegistry>();   // loads and checks the models before the port opens
    }

    private static void AddServerOptions(this IServiceCollection services)
    {
        services.AddOptions<ServerLimits>().BindConfiguration(ServerLimits.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ServerLimits>, ServerLimitsValidator>();
        services.ConfigureOptions<HubLimits>();
        services.Configure<JsonOptions>(options => ContractsJson.Configure(options.SerializerOptions));
    }

    private static void AddStreams(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<ServerMetrics>();
        services.AddSingleton<Admission>();
        services.AddSingleton<DeletedEvents>().AddSingleton<EventBroker>().AddSingleton<StreamRegistry>().AddSingleton<HubSubscriptions>();
        services.AddHostedService<WarmStart>().AddHostedService<OverloadMonitor>();
        services.AddSingleton<DrainingLifetime>();
        services.AddSingleton<IHostLifetime>(provider => provider.GetRequiredService<DrainingLifetime>());
        services.AddHostedService(provider => provider.GetRequiredService<DrainingLifetime>());
    }
}
