using System.Net;
using AVServer.Media.Pull;

namespace AVServer.Media.Tests.Pull;

[Trait("Category", "unit")]
public sealed class RtspAuthorizationTests
{
    // The example of RFC 2069 as corrected by its erratum 749, for a method and target of HTTP; RTSP has the same sums.
    [Fact]
    public void Digest_without_quality_is_that_of_the_specification()
    {
        var authorization = new RtspAuthorization(new NetworkCredential("Mufasa", "CircleOfLife"));
        Assert.Null(authorization.For("GET", "/dir/index.html"));
        Assert.True(authorization.TryAccept(
            ["Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", "
                + "opaque=\"5ccc069c403ebaf9f0171e9517f40e41\""]));
        Assert.Contains(
            "response=\"1949323746fe6a43ef61f9606e7febea\"", authorization.For("GET", "/dir/index.html"), StringComparison.Ordinal);
    }

    [Fact]
    public void Digest_is_shown_before_basic_and_nothing_to_who_asks_for_something_else()
    {
        var authorization = new RtspAuthorization(new NetworkCredential("a", "b"));
        Assert.True(authorization.TryAccept(["Basic realm=\"r\"", "Digest realm=\"r\", nonce=\"1\", qop=\"auth\""]));
        var (first, second) = (authorization.For("DESCRIBE", "rtsp://a/")!, authorization.For("SETUP", "rtsp://a/")!);
        Assert.Matches("^Digest username=\"a\", realm=\"r\", nonce=\"1\", uri=\"rtsp://a/\", qop=auth, nc=00000001, ", first);
        Assert.Contains("nc=00000002", second, StringComparison.Ordinal);
        var other = new RtspAuthorization(new NetworkCredential("a", "b"));
        Assert.False(other.TryAccept(["Bearer", "Digest realm=\"r\", nonce=\"1\", algorithm=SHA-256"]));
        Assert.Null(other.For("DESCRIBE", "rtsp://a/"));
        var basic = new RtspAuthorization(new NetworkCredential("a", "b"));
        Assert.True(basic.TryAccept(["Basic realm=\"r\""]));
        Assert.Equal("Basic YTpi", basic.For("DESCRIBE", "rtsp://a/"));
    }
}
