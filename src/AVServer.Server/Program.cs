using AVServer.Pipeline;
using AVServer.Server;
using AVServer.Server.Configuration;

try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
    builder.Services.AddPipeline(builder.Configuration);
    builder.AddServer();

    var app = builder.Build();
    app.MapServer();
    await app.RunAsync();
    return 0;
}
catch (Exception fault) when (StartFaults.Explain(fault) is { } sentences)
{
    await Console.Error.WriteLineAsync(sentences);
    return 1;
}
