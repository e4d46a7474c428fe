using Estiba.Listeners.Connections;

namespace Estiba.Listeners.Tests;

public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData(1024, 512, 128, 384, 256)]
    [InlineData(4096, 2048, 512, 1536, 1024)]
    [InlineData(524_288, 10_000, 2500, 7500, 100_000)]
    [InlineData(int.MaxValue, 10_000, 2500, 7500, 100_000)]
    [InlineData(64, 32, 8, 24, 16)]
    public void Limits_follow_from_the_descriptors(
        int descriptors,
        int total,
        int ofOneAddress,
        int ofThisMachine,
        int sockets
    ) =>
        ConnectionLimits
            .Of(new NamedLimits(), descriptors)
            .ShouldBe(new ConnectionLimits(total, ofOneAddress, ofThisMachine, sockets));

    [Theory]
    [InlineData("Max open files            1024                 1048576              files     \n", 1024)]
    [InlineData(
        "Limit  Soft Limit  Hard Limit  Units\nMax open files            unlimited            unlimited           "
            + " files\n",
        int.MaxValue
    )]
    [InlineData("Max processes             95000                95000                processes\n", 1024)]
    public void The_limit_of_descriptors_is_what_the_system_says(string limits, int limit) =>
        Descriptors.Parse(limits).ShouldBe(limit);
}
