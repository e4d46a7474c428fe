using Estiba.Contracts.ElbV2;
using static Estiba.LoadBalancing.Tests.LoadBalancingWorld;

namespace Estiba.LoadBalancing.Tests.TrustStores;

public sealed class TrustStoreTests
{
    [Fact]
    public async Task There_are_none()
    {
        await using var world = await CreateAsync();

        var all = await world.Api.DescribeTrustStoresAsync(new DescribeTrustStoresInput(), Context);

        all.TrustStores.ShouldBeEmpty();
        all.NextMarker.ShouldBeNull();
        (await CodeAsync(new DescribeTrustStoresInput { Names = ["mine"] })).ShouldBe("TrustStoreNotFound");
        (
            await CodeAsync(
                new DescribeTrustStoresInput
                {
                    TrustStoreArns =
                    [
                        "arn:aws:elasticloadbalancing:eu-west-1:111122223333:truststore/mine/0123456789abcdef",
                    ],
                }
            )
        ).ShouldBe("TrustStoreNotFound");

        async Task<string> CodeAsync(DescribeTrustStoresInput request) =>
            (await ErrorOfAsync(() => world.Api.DescribeTrustStoresAsync(request, Context))).Code;
    }
}
