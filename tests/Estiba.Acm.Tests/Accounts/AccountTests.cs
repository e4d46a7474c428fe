using Estiba.Contracts.Acm;
using static Estiba.Acm.Tests.AcmWorld;

namespace Estiba.Acm.Tests.Accounts;

public sealed class AccountTests
{
    [Fact]
    public async Task An_account_is_told_of_ends_45_days_ahead_unless_it_sets_something_else()
    {
        await using var world = await CreateAsync();

        (await DaysAsync(world)).ShouldBe(45);
        await PutAsync(world, 10, "one");
        (await DaysAsync(world)).ShouldBe(10);
        // The same token within an hour is the same request.
        await PutAsync(world, 20, "one");
        (await DaysAsync(world)).ShouldBe(10);
        world.Time.Advance(TimeSpan.FromHours(1));
        await PutAsync(world, 20, "one");

        (await DaysAsync(world)).ShouldBe(20);
    }

    private static async Task<int?> DaysAsync(AcmWorld world) =>
        (await world.Api.GetAccountConfigurationAsync(new GetAccountConfigurationRequest(), Context))
            .ExpiryEvents!
            .DaysBeforeExpiry;

    private static Task PutAsync(AcmWorld world, int days, string token) =>
        world.Api.PutAccountConfigurationAsync(
            new PutAccountConfigurationRequest
            {
                ExpiryEvents = new ExpiryEventsConfiguration { DaysBeforeExpiry = days },
                IdempotencyToken = token,
            },
            Context
        );
}
