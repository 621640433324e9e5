using AVServer.Server.Delivery.Webhooks;
using AVServer.Server.Tests.Kit;
using AVServer.TestKit;
using Microsoft.Extensions.Options;
using StandardWebhooks;

namespace AVServer.Server.Tests.Delivery.Webhooks;

[Trait("Category", "unit")]
public sealed class WebhookPartsTests
{
    // The example of the Standard Webhooks specification and of its libraries' tests.
    [Fact]
    public void Signature_is_that_of_the_standards_example()
    {
        var signer = new StandardWebhook(WebhookSecret.KeyOf("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")!);
        var signature = signer.Sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek", DateTimeOffset.FromUnixTimeSeconds(1614265330), """{"test": 2432232314}""");
        Assert.Equal("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", signature);
    }

    [Fact]
    public void Secret_without_a_prefix_is_its_own_text()
    {
        Assert.Equal("a secret of sixteen"u8, WebhookSecret.KeyOf("a secret of sixteen")!);
        Assert.Null(WebhookSecret.KeyOf("whsec_"));
    }

    [Theory]
    [InlineData("", "a secret of sixteen", "Url")]
    [InlineData("/relative", "a secret of sixteen", "Url")]
    [InlineData("ftp://example.org/", "a secret of sixteen", "Url")]
    [InlineData("https://user:password@example.org/", "a secret of sixteen", "Url")]
    [InlineData("https://example.org/", "short", "Secret")]
    [InlineData("https://example.org/", "whsec_not base64 at all!", "Secret")]
    public async Task Address_or_secret_that_can_not_be_stops_the_start(string url, string secret, string setting)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(
            () => RunningServer.StartAsync(("Webhooks:0:Url", url), ("Webhooks:0:Secret", secret)));
        Assert.Contains($"Webhooks:0:{setting}", error.Message);
        Assert.DoesNotContain("password", error.Message.Replace("user or password", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Types:0", "telemetry")]
    [InlineData("Streams:0", "-")]
    [InlineData("Attempts", "0")]
    [InlineData("Timeout", "00:00:00")]
    public async Task Setting_that_can_not_be_stops_the_start(string setting, string value)
    {
        var error = await Assert.ThrowsAnyAsync<OptionsValidationException>(() => RunningServer.StartAsync(
            ("Webhooks:0:Url", "https://example.org/"), ("Webhooks:0:Secret", "a secret of sixteen"), ($"Webhooks:0:{setting}", value)));
        Assert.Contains(setting.Split(':')[0], error.Message);
    }

    [Fact]
    public async Task File_of_dead_letters_that_can_not_be_written_stops_the_start()
    {
        using var folder = new TemporaryFolder();
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => RunningServer.StartAsync(
            ("Webhooks:0:Url", "https://example.org/"), ("Webhooks:0:Secret", "a secret of sixteen"),
            ("Webhooks:0:DeadLetterPath", folder.Path)));
        Assert.Contains(folder.Path, error.Message);
    }
}
