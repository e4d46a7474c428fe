using Estiba.LoadBalancing.Traffic.Headers;
using Microsoft.AspNetCore.Http;

namespace Estiba.LoadBalancing.Tests.Traffic.Headers;

/// <summary>"Quotas", "Desync mitigation mode" and the errors of "Troubleshoot your Application Load
/// Balancers".</summary>
public sealed class RequestChecksTests
{
    [Theory]
    [InlineData("TRACE", 10, 10, 1, 405)]
    [InlineData("GET", 16_300, 10, 1, null)]
    [InlineData("GET", 16_400, 10, 1, 414)]
    [InlineData("GET", 10, 16_300, 1, null)]
    [InlineData("GET", 10, 16_400, 1, 400)]
    [InlineData("GET", 10, 16_300, 4, null)]
    [InlineData("GET", 10, 16_300, 5, 400)]
    public void What_is_too_long_is_refused(string method, int target, int header, int headers, int? expected)
    {
        var all = new HeaderDictionary();
        for (var index = 0; index < headers; index++)
            all[$"X-{index}"] = new string('a', header);
        RequestChecks.Refusal(method, new string('/', target), all, DesyncMitigationMode.Defensive).ShouldBe(expected);
    }

    [Theory]
    [InlineData(30, null)]
    [InlineData(31, 463)]
    public void More_than_thirty_addresses_are_refused(int addresses, int? expected)
    {
        var headers = new HeaderDictionary
        {
            ["X-Forwarded-For"] = string.Join(", ", Enumerable.Repeat("192.0.2.1", addresses)),
        };
        RequestChecks.Refusal("GET", "/", headers, DesyncMitigationMode.Defensive).ShouldBe(expected);
    }

    [Theory]
    [InlineData("GET", "Content-Length", "0", false)]
    [InlineData("GET", "Content-Length", "5", true)]
    [InlineData("HEAD", "Transfer-Encoding", "chunked", true)]
    [InlineData("POST", "Transfer-Encoding", "chunked", false)]
    [InlineData("POST", "Content-Length", "5", false)]
    [InlineData("POST", "X-Content-Length", "5", true)]
    public void What_is_ambiguous_is_refused_in_strictest_mode_alone(
        string method,
        string name,
        string value,
        bool ambiguous
    )
    {
        var headers = new HeaderDictionary { [name] = value };
        RequestChecks.IsAmbiguous(method, headers).ShouldBe(ambiguous);
        RequestChecks.Refusal(method, "/", headers, DesyncMitigationMode.Strictest).ShouldBe(ambiguous ? 400 : null);
        RequestChecks.Refusal(method, "/", headers, DesyncMitigationMode.Defensive).ShouldBeNull();
        RequestChecks.Refusal(method, "/", headers, DesyncMitigationMode.Monitor).ShouldBeNull();
    }

    [Theory]
    [InlineData("X-Header-1", true)]
    [InlineData("x_header", false)]
    [InlineData("X.Header", false)]
    public void A_valid_name_has_letters_digits_and_hyphens(string name, bool expected) =>
        RequestChecks.IsValidName(name).ShouldBe(expected);
}
