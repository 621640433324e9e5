using AVServer.Pipeline;
using AVServer.Server;

var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.Services.AddPipeline(builder.Configuration);
builder.AddServer();

var app = builder.Build();
app.MapServer();
await app.RunAsync();
