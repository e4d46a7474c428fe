using Estiba.Gateway.Operations;
using Microsoft.AspNetCore.Http;

namespace Estiba.Gateway.Tests;

public sealed class OperationRouterTests
{
    [Theory]
    [InlineData("s3.localhost", "s3")]
    [InlineData("photos.s3.localhost:4566", "s3")]
    [InlineData("eks.s3.localhost", "s3")]
    [InlineData("photos.s3.eu-west-1.amazonaws.com", "s3")]
    [InlineData("eks.eu-west-1.amazonaws.com", "eks")]
    [InlineData("localhost:4566", null)]
    [InlineData("s3.corp.example", null)]
    [InlineData("scheduler:4566", null)]
    [InlineData("eks.estiba.localhost", null)]
    public void A_host_names_a_service_only_where_services_are_named(string host, string? service)
    {
        var http = new DefaultHttpContext();
        http.Request.Host = new HostString(host);

        var found = new OperationRouter([]).FindByHost(new HttpWireRequest(http));

        (found?.Service.Model.SigningName).ShouldBe(service);
    }
}
