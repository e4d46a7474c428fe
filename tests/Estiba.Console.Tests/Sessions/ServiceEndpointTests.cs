using Estiba.Console.Sessions;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Iam;

namespace Estiba.Console.Tests.Sessions;

public sealed class ServiceEndpointTests
{
    [Fact]
    public void Estiba_has_one_address_for_all_services() =>
        Of<Ecs.IEcsApi>("http://localhost:4566").ShouldBe("http://localhost:4566/");

    [Fact]
    public void Aws_has_an_address_for_each_service()
    {
        Of<Ecs.IEcsApi>("https://amazonaws.com").ShouldBe("https://ecs.eu-west-1.amazonaws.com/");
        Of<IEcrApi>("https://amazonaws.com").ShouldBe("https://api.ecr.eu-west-1.amazonaws.com/");
        Of<IIamApi>("https://amazonaws.com").ShouldBe("https://iam.amazonaws.com/");
        Of<Elb.IElbV2Api>("https://amazonaws.com").ShouldBe("https://elasticloadbalancing.eu-west-1.amazonaws.com/");
    }

    [Fact]
    public void A_name_that_only_looks_like_aws_is_another_server() =>
        Of<Ecs.IEcsApi>("https://notamazonaws.com").ShouldBe("https://notamazonaws.com/");

    private static string Of<TApi>(string endpoint)
        where TApi : IAwsApi<TApi> => ServiceEndpoint.Of(new Uri(endpoint), TApi.Service, "eu-west-1").ToString();
}
