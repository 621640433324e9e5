using AVServer.Contracts;
using AVServer.Server.Configuration;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace AVServer.Server.Delivery;

/// <summary>
/// The limits of a hub that belong together: a chunk of <c>Publish</c> arrives as base64 inside one message, so that the largest message
/// follows from the largest chunk, and what a publisher can make the server hold is that times the stream buffer.
/// </summary>
internal sealed class HubLimits(IOptions<ServerLimits> limits) : IConfigureOptions<HubOptions>, IConfigureOptions<JsonHubProtocolOptions>
{
    private const int EnvelopeBytes = 4_096;

    public void Configure(HubOptions options)
    {
        options.MaximumReceiveMessageSize = (limits.Value.MaxHubChunkBytes + 2) / 3 * 4 + EnvelopeBytes;
        options.StreamBufferCapacity = limits.Value.HubStreamBuffer;
        options.KeepAliveInterval = limits.Value.KeepAliveInterval;
        // A publisher's upload runs as long as its stream; the same connection may subscribe and watch meanwhile.
        options.MaximumParallelInvocationsPerClient = 8;
    }

    public void Configure(JsonHubProtocolOptions options)
    {
        ContractsJson.Configure(options.PayloadSerializerOptions);
        options.PayloadSerializerOptions.Converters.Add(new StreamEventConverter());
    }
}
