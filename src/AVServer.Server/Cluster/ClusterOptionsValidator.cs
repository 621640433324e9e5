using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AVServer.Server.Cluster;

/// <summary>The bounds of the attributes.</summary>
[OptionsValidator]
internal sealed partial class ClusterBoundsValidator : IValidateOptions<ClusterOptions>;

/// <summary>Whether Redis' address can be one, and strangers are kept out of it.</summary>
internal sealed class ClusterOptionsValidator : IValidateOptions<ClusterOptions>
{
    public ValidateOptionsResult Validate(string? name, ClusterOptions options)
    {
        if (!options.IsOn)
            return string.IsNullOrEmpty(options.SharedFolder) ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(
                "Expected Cluster:Redis beside Cluster:SharedFolder, got none; jobs that a server has by itself need no folder.");
        ConfigurationOptions redis;
        try
        {
            redis = ConfigurationOptions.Parse(options.Redis!);
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            // What is wrong may stand beside the password, so it is not repeated.
            return ValidateOptionsResult.Fail(
                "Expected Cluster:Redis like 'redis.lan:6379,password=…,ssl=true', got something that can't be read.");
        }
        if (redis.EndPoints.Count == 0)
            return ValidateOptionsResult.Fail("Expected Cluster:Redis with an address like 'redis.lan:6379', got none.");
        return string.IsNullOrEmpty(redis.Password) && redis.EndPoints.FirstOrDefault(address => !IsOwn(address)) is { } foreign
            ? ValidateOptionsResult.Fail(
                $"Expected a password in Cluster:Redis for {Name(foreign)}, which is another machine; add ',password=…' and set "
                + "'requirepass' in redis.conf: whoever reaches that Redis could read and change every stream's events.")
            : ValidateOptionsResult.Success;
    }

    private static bool IsOwn(EndPoint address) => address switch
    {
        IPEndPoint ip => IPAddress.IsLoopback(ip.Address),
        DnsEndPoint dns => string.Equals(dns.Host, "localhost", StringComparison.OrdinalIgnoreCase),
        _ => true,   // a Unix socket
    };

    private static string Name(EndPoint address) => address is DnsEndPoint dns ? dns.Host : $"{(address as IPEndPoint)?.Address}";
}
