using System.CommandLine;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace AVServer.Cli.Tests;

[Trait("Category", "unit")]
public sealed class KeysCommandTests
{
    [Fact]
    public void New_key_is_printed_with_settings_that_hold_its_digest_alone()
    {
        var (code, output, error) = Run("new", "kitchen", "--scope", "publish", "--scope", "subscribe", "--stream", "kitchen*");
        Assert.Equal(0, code);
        var made = JsonDocument.Parse(output).RootElement;
        var (key, settings) = (made.GetProperty("key").GetString()!, made.GetProperty("settings"));
        Assert.True(key.Length > 40, key);
        Assert.Equal("kitchen", settings.GetProperty("name").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))), settings.GetProperty("sha256").GetString());
        Assert.Equal(["publish", "subscribe"], settings.GetProperty("scopes").EnumerateArray().Select(scope => scope.GetString()));
        Assert.Equal(["kitchen*"], settings.GetProperty("streams").EnumerateArray().Select(stream => stream.GetString()));
        Assert.DoesNotContain(key, settings.GetRawText() + error, StringComparison.Ordinal);
        Assert.NotEqual(key, JsonDocument.Parse(Run("new", "kitchen").Output).RootElement.GetProperty("key").GetString());
    }

    [Fact]
    public void Key_without_scopes_opens_everything_and_an_unknown_scope_none()
    {
        var settings = JsonDocument.Parse(Run("new", "all").Output).RootElement.GetProperty("settings");
        Assert.Equal(4, settings.GetProperty("scopes").GetArrayLength());
        Assert.Equal(0, settings.GetProperty("streams").GetArrayLength());
        Assert.NotEqual(0, Run("new", "all", "--scope", "everything").Code);
    }

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = KeysCommand.Create().Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
