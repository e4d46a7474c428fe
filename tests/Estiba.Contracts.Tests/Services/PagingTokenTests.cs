using Estiba.Contracts.Ecs;

namespace Estiba.Contracts.Tests.Services;

public sealed class PagingTokenTests
{
    private static readonly CallContext Caller = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "",
        AccessKeyId = "",
        RequestId = "",
    };

    [Fact]
    public void A_token_is_good_for_the_next_pages_of_its_list_whatever_their_size()
    {
        var first = new ListTasksRequest { Cluster = "blue", MaxResults = 2 };
        var token = PagingToken.Write("key", first, Caller);

        PagingToken.Read(token, first, Caller).ShouldBe("key");
        PagingToken.Read(token, first with { NextToken = token, MaxResults = 5 }, Caller).ShouldBe("key");
        PagingToken.Read(token, new ListTasksRequest { NextToken = token, Cluster = "blue" }, Caller).ShouldBe("key");
    }

    [Fact]
    public void A_token_is_not_good_for_another_list()
    {
        var list = new ListTasksRequest { Cluster = "blue" };
        var token = PagingToken.Write("key", list, Caller);

        PagingToken.Read(token, list with { Cluster = "red" }, Caller).ShouldBeNull();
        PagingToken.Read(token, list with { Family = "f" }, Caller).ShouldBeNull();
        PagingToken.Read(token, new ListServicesRequest { Cluster = "blue" }, Caller).ShouldBeNull();
        PagingToken.Read(token, list, Caller with { Region = "us-east-1" }).ShouldBeNull();
        PagingToken.Read(token, list, Caller with { AccountId = "210987654321" }).ShouldBeNull();
        PagingToken.Read("no token", list, Caller).ShouldBeNull();
    }

    /// <summary>As long as these stand, tokens that an earlier version gave are good.</summary>
    [Theory]
    [InlineData("blue", null, "0oT9pxpUUfhrZXk")]
    [InlineData(null, null, "0a8LODTEqPNrZXk")]
    [InlineData("blue", "f", "wX_oWdImmOxrZXk")]
    public void A_token_is_made_of_the_request_without_its_page(string? cluster, string? family, string token)
    {
        var list = new ListTasksRequest
        {
            Cluster = cluster,
            Family = family,
            NextToken = "t",
            MaxResults = 1,
        };

        PagingToken.Write("key", list, Caller).ShouldBe(token);
    }
}
