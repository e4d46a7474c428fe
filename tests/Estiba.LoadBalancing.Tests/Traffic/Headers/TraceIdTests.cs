using Estiba.LoadBalancing.Traffic.Headers;

namespace Estiba.LoadBalancing.Tests.Traffic.Headers;

/// <summary>"Request tracing for your Application Load Balancer".</summary>
public sealed class TraceIdTests
{
    [Theory]
    [InlineData(null, "Root=own")]
    [InlineData("", "Root=own")]
    [InlineData("Root=1-67891233-abc", "Self=own;Root=1-67891233-abc")]
    [InlineData("Root=1-67891233-abc;CalledFrom=app", "Self=own;Root=1-67891233-abc;CalledFrom=app")]
    [InlineData("Self=1-old;Root=1-67891233-abc;TotalTimeSoFar=1s", "Self=own;Root=1-67891233-abc;TotalTimeSoFar=1s")]
    [InlineData("CalledFrom=app", "Root=own;CalledFrom=app")]
    public void A_request_gets_a_root_or_the_part_of_the_load_balancer(string? received, string expected) =>
        TraceId.Next(received, "own").ShouldBe(expected);

    [Fact]
    public void An_id_has_its_time() =>
        TraceId
            .New(DateTimeOffset.FromUnixTimeSeconds(0x67891233), Random.Shared)
            .ShouldMatch("^1-67891233-[0-9a-f]{24}$");
}
