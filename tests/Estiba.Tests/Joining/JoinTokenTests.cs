using System.Text.Json;
using Estiba.Contracts;
using Estiba.Ecs;
using Estiba.Ecs.Agents;
using Estiba.Identity.Credentials;
using Estiba.Joining;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Tests.Joining;

public sealed class JoinTokenTests : IAsyncLifetime
{
    private static readonly CallContext Owner = new()
    {
        AccountId = "123456789012",
        Region = "eu-west-1",
        PrincipalArn = "arn:aws:iam::123456789012:root",
        AccessKeyId = "AKIA",
        RequestId = "r",
    };

    private static readonly SecretKey Secrets = new(new byte[32]);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly HashSet<string> _connected = [];
    private Store _store = null!;
    private JoinTokens _tokens = null!;

    public async ValueTask InitializeAsync()
    {
        _store = await Store.OpenAsync(new MemoryJournal(), JoinTables.All);
        _tokens = new JoinTokens(_store, Secrets, _time, (account, region, host) =>
            _connected.Contains($"{account}/{region}/{host}")
        );
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_host_is_given_a_key_of_its_own_for_a_good_token()
    {
        var token = await CreateAsync(cluster: "hosts");

        var (host, secret) = await _tokens.JoinAsync(token.Text, "mi-1", default);

        (host.AccountId, host.Region, host.Cluster, host.TokenId).ShouldBe(
            ("123456789012", "eu-west-1", "hosts", token.Id)
        );
        var credential = new HostKeys(_store, Secrets, new Nobody()).Find(host.AccessKeyId)!;
        (credential.SecretAccessKey, credential.PrincipalArn).ShouldBe(
            (secret, "arn:aws:sts::123456789012:assumed-role/ecsInstanceRole/mi-1")
        );
        credential.Actions!.ShouldContain("ecs:Poll");
        credential.Actions!.ShouldNotContain("ecs:CreateService");
    }

    [Fact]
    public async Task A_hosts_secret_is_not_in_the_state()
    {
        var (host, secret) = await _tokens.JoinAsync((await CreateAsync()).Text, "mi-1", default);

        _store.Current.Find(JoinTables.Hosts, host.AccessKeyId)!.SecretAccessKey.ShouldNotContain(secret);
    }

    [Fact]
    public async Task A_hosts_secret_that_an_earlier_version_wrote_down_is_sealed_at_the_next_start_and_still_good()
    {
        var (host, secret) = await _tokens.JoinAsync((await CreateAsync()).Text, "mi-1", default);
        await _store.CommitAsync(transaction =>
            transaction.Put(JoinTables.Hosts, host with { SecretAccessKey = secret })
        );

        var lost = await HostSecrets.SealAsync(_store, Secrets, default);

        (lost, HostSecrets.NeedKey(_store.Current)).ShouldBe((0, true));
        _store.Current.Find(JoinTables.Hosts, host.AccessKeyId)!.SecretAccessKey.ShouldNotContain(secret);
        new HostKeys(_store, Secrets, new Nobody()).Find(host.AccessKeyId)!.SecretAccessKey.ShouldBe(secret);
    }

    [Fact]
    public async Task A_host_whose_secret_was_sealed_with_another_key_has_none()
    {
        var host = await JoinAsync(await CreateAsync(), "mi-1");
        var other = new SecretKey(Enumerable.Repeat((byte)1, 32).ToArray());

        (await HostSecrets.SealAsync(_store, other, default)).ShouldBe(1);
        new HostKeys(_store, other, new Nobody()).Find(host.AccessKeyId).ShouldBeNull();
    }

    [Fact]
    public async Task A_token_may_be_used_by_many_hosts()
    {
        var token = await CreateAsync();

        (await JoinAsync(token, "mi-1")).AccessKeyId.ShouldNotBe((await JoinAsync(token, "mi-2")).AccessKeyId);

        _tokens.List(Owner).Hosts.Select(host => host.Host).ShouldBe(["mi-1", "mi-2"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_machine_that_goes_by_the_name_of_a_connected_host_is_refused_and_that_one_keeps_its_key()
    {
        var token = await CreateAsync();
        var first = await JoinAsync(token, "mi-1");
        _connected.Add("123456789012/eu-west-1/mi-1");

        var refused = await Should.ThrowAsync<AwsException>(() => JoinAsync(token, "mi-1"));

        (refused.Code, refused.StatusCode).ShouldBe(("ConflictException", 409));
        refused.Message.ShouldContain("/etc/machine-id");
        _store.Current.Find(JoinTables.Hosts, first.AccessKeyId).ShouldNotBeNull();
        _connected.Clear();
        (await JoinAsync(token, "mi-1")).AccessKeyId.ShouldNotBe(first.AccessKeyId);
    }

    [Fact]
    public async Task Of_a_token_only_its_hash_is_kept()
    {
        var token = await CreateAsync();

        var kept = JsonSerializer.Serialize(
            _store.Current.Find(JoinTables.Tokens, token.Id)!,
            JoinJson.Default.JoinTokenRecord
        );

        kept.ShouldNotContain(token.Secret);
        kept.ShouldContain(token.Hash());
        JsonSerializer.Serialize(_tokens.List(Owner), JoinJson.Default.TokenList).ShouldNotContain(token.Hash());
        token.ToString().ShouldBe(token.Id);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("estiba-abcdefgh")]
    [InlineData("estiba-abcdefgh-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public async Task What_is_no_token_of_this_platform_lets_nobody_join(string? text)
    {
        await CreateAsync();

        await RefusedAsync(text);
    }

    [Fact]
    public async Task The_id_of_a_token_with_another_secret_lets_nobody_join()
    {
        var token = await CreateAsync();

        await RefusedAsync((token with { Secret = JoinToken.New().Secret }).Text);
    }

    [Fact]
    public async Task A_token_that_was_revoked_lets_nobody_join_any_more_and_who_has_joined_stays()
    {
        var token = await CreateAsync();
        var host = await JoinAsync(token, "mi-1");

        (await _tokens.RevokeAsync(Owner, token.Id, withHosts: false, default)).ShouldBe(new Revoked(1, 0));

        await RefusedAsync(token.Text);
        new HostKeys(_store, Secrets, new Nobody()).Find(host.AccessKeyId).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_token_is_revoked_with_its_hosts_when_that_is_wanted()
    {
        var token = await CreateAsync();
        var host = await JoinAsync(token, "mi-1");
        var other = await JoinAsync(await CreateAsync(), "mi-2");

        (await _tokens.RevokeAsync(Owner, token.Id, withHosts: true, default)).ShouldBe(new Revoked(1, 1));

        new HostKeys(_store, Secrets, new Nobody()).Find(host.AccessKeyId).ShouldBeNull();
        new HostKeys(_store, Secrets, new Nobody()).Find(other.AccessKeyId).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_host_alone_is_revoked_by_its_name()
    {
        var token = await CreateAsync();
        await JoinAsync(token, "mi-1");

        (await _tokens.RevokeAsync(Owner, "mi-1", withHosts: false, default)).ShouldBe(new Revoked(0, 1));

        (
            await Should.ThrowAsync<AwsException>(() => _tokens.RevokeAsync(Owner, "mi-1", withHosts: false, default))
        ).Code.ShouldBe("ResourceNotFoundException");
    }

    [Fact]
    public async Task A_token_ends_when_its_time_is_over()
    {
        var token = await _tokens.CreateAsync(Owner, cluster: null, TimeSpan.FromHours(1), default);
        _time.Advance(TimeSpan.FromMinutes(59));
        await JoinAsync(token, "mi-1");

        _time.Advance(TimeSpan.FromMinutes(1));

        await RefusedAsync(token.Text);
    }

    [Fact]
    public async Task A_host_that_joins_again_has_one_key_and_not_two()
    {
        var token = await CreateAsync();
        var first = await JoinAsync(token, "mi-1");

        var second = await JoinAsync(token, "mi-1");

        var keys = new HostKeys(_store, Secrets, new Nobody());
        (keys.Find(first.AccessKeyId), keys.Find(second.AccessKeyId)?.AccessKeyId).ShouldBe((null, second.AccessKeyId));
    }

    [Fact]
    public async Task A_key_is_bound_to_its_host_and_to_the_cluster_of_its_token()
    {
        var host = await JoinAsync(
            await CreateAsync(cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/hosts"),
            "mi-1"
        );

        var bound = new HostKeys(_store, Secrets, new Nobody()).HostOf(host.AccessKeyId)!;

        bound.ShouldBe(new BoundHost("mi-1", new Scope("123456789012", "eu-west-1"), "hosts"));
        bound.MayBeIn(bound.Scope, "hosts").ShouldBeTrue();
        bound.MayBeIn(bound.Scope, "other").ShouldBeFalse();
        bound.MayBeIn(bound.Scope with { Region = "us-east-1" }, "hosts").ShouldBeFalse();
    }

    [Fact]
    public void Everybody_else_is_no_host() =>
        new HostKeys(_store, Secrets, new Nobody()).HostOf(Owner.AccessKeyId).ShouldBeNull();

    [Fact]
    public async Task Nobody_takes_the_name_of_a_host_with_another_token_until_that_one_is_revoked()
    {
        var victim = await JoinAsync(await CreateAsync(cluster: "default"), "mi-1");
        var token = await CreateAsync();

        var refused = await Should.ThrowAsync<AwsException>(() => JoinAsync(token, "mi-1"));

        (refused.Code, refused.StatusCode).ShouldBe(("ConflictException", 409));
        refused.Message.ShouldContain("estiba token revoke mi-1");
        new HostKeys(_store, Secrets, new Nobody()).Find(victim.AccessKeyId).ShouldNotBeNull();
        await _tokens.RevokeAsync(Owner, "mi-1", withHosts: false, default);
        (await JoinAsync(token, "mi-1")).TokenId.ShouldBe(token.Id);
    }

    [Theory]
    [InlineData("")]
    [InlineData("my cluster")]
    [InlineData("arn:aws:ecs:eu-west-1:210987654321:cluster/default")]
    [InlineData("arn:aws:ecs:us-east-1:123456789012:cluster/default")]
    [InlineData("arn:aws:ecs:eu-west-1:123456789012:service/default/web")]
    public async Task A_token_is_for_a_cluster_that_can_be(string cluster) =>
        (await Should.ThrowAsync<AwsException>(() => CreateAsync(cluster))).Code.ShouldBe("ValidationException");

    [Fact]
    public async Task Tokens_of_another_account_or_region_are_not_seen_and_not_revoked()
    {
        var token = await CreateAsync();

        foreach (
            var stranger in new[] { Owner with { AccountId = "210987654321" }, Owner with { Region = "us-east-1" } }
        )
        {
            _tokens.List(stranger).Tokens.ShouldBeEmpty();
            (
                await Should.ThrowAsync<AwsException>(() =>
                    _tokens.RevokeAsync(stranger, token.Id, withHosts: true, default)
                )
            ).Code.ShouldBe("ResourceNotFoundException");
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("mi 1")]
    [InlineData("mi-1\n2026 info forged")]
    [InlineData("i-0123456789abcdef0")]
    public async Task A_host_must_have_a_name_that_is_one(string? host)
    {
        var token = await CreateAsync();

        (await Should.ThrowAsync<AwsException>(() => _tokens.JoinAsync(token.Text, host, default))).Code.ShouldBe(
            "ValidationException"
        );
    }

    private Task<JoinToken> CreateAsync(string? cluster = null) =>
        _tokens.CreateAsync(Owner, cluster, lifetime: null, default);

    private async Task<HostRecord> JoinAsync(JoinToken token, string host) =>
        (await _tokens.JoinAsync(token.Text, host, default)).Record;

    private async Task RefusedAsync(string? text)
    {
        var refused = await Should.ThrowAsync<AwsException>(() => _tokens.JoinAsync(text, "mi-9", default));
        (refused.Code, refused.StatusCode).ShouldBe(("AccessDeniedException", 403));
    }

    private sealed class Nobody : Contracts.Signing.ICredentialSource
    {
        public Contracts.Signing.Credential? Find(string accessKeyId) => null;
    }
}
