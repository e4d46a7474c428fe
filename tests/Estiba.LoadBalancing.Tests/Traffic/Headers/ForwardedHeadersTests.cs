using System.Net;
using Estiba.LoadBalancing.Traffic.Headers;
using Microsoft.Extensions.Primitives;

namespace Estiba.LoadBalancing.Tests.Traffic.Headers;

/// <summary>"HTTP headers and Application Load Balancers".</summary>
public sealed class ForwardedHeadersTests
{
    [Theory]
    [InlineData(ForwardedForMode.Append, null, "192.0.2.7:5000", false, "192.0.2.7")]
    [InlineData(ForwardedForMode.Append, "203.0.113.7", "192.0.2.7:5000", false, "203.0.113.7, 192.0.2.7")]
    [InlineData(ForwardedForMode.Append, null, "192.0.2.7:5000", true, "192.0.2.7:5000")]
    [InlineData(ForwardedForMode.Append, null, "[2001:db8::1]:5000", false, "2001:db8::1")]
    [InlineData(ForwardedForMode.Append, null, "[2001:db8::1]:5000", true, "[2001:db8::1]:5000")]
    [InlineData(ForwardedForMode.Preserve, "203.0.113.7", "192.0.2.7:5000", true, "203.0.113.7")]
    [InlineData(ForwardedForMode.Preserve, null, "192.0.2.7:5000", false, "")]
    [InlineData(ForwardedForMode.Remove, "203.0.113.7", "192.0.2.7:5000", false, "")]
    public void The_client_is_told_in_x_forwarded_for(
        ForwardedForMode mode,
        string? received,
        string client,
        bool withPort,
        string expected
    ) =>
        ForwardedHeaders
            .For(mode, received is null ? StringValues.Empty : received, IPEndPoint.Parse(client), withPort)
            .ToString()
            .ShouldBe(expected);

    [Fact]
    public void Several_headers_become_one() =>
        ForwardedHeaders
            .For(
                ForwardedForMode.Append,
                new StringValues(["192.0.2.1, 192.0.2.2", "192.0.2.3"]),
                IPEndPoint.Parse("192.0.2.4:1"),
                withPort: false
            )
            .ToString()
            .ShouldBe("192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4");

    [Theory]
    [InlineData("www.example.com", 80, false, "www.example.com")]
    [InlineData("www.example.com:8080", 443, false, "www.example.com")]
    [InlineData("www.example.com", 8080, false, "www.example.com:8080")]
    [InlineData("www.example.com:8080", 8080, false, "www.example.com:8080")]
    [InlineData("www.example.com:9", 443, true, "www.example.com:9")]
    [InlineData("www.example.com", 8080, true, "www.example.com")]
    public void The_host_has_the_port_of_a_listener_unless_that_is_a_default_one(
        string received,
        int port,
        bool preserve,
        string expected
    ) => ForwardedHeaders.Host(received, "www.example.com", port, preserve).ShouldBe(expected);
}
