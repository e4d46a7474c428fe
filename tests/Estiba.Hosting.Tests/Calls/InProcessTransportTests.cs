using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;
using Estiba.Hosting.Calls;
using Estiba.State;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Hosting.Tests.Calls;

public sealed class InProcessTransportTests : IAsyncDisposable
{
    private readonly StandInEcs _ecs = new();
    private readonly StandInSts _sts = new();
    private readonly Access _access = new();
    private Store _store = null!;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task An_invalid_call_answers_the_validation_error_of_AWS_and_reaches_nobody()
    {
        var sts = (await OpenAsync()).Neighbour<IStsApi>(CallPrincipal.Service("ecs-tasks.amazonaws.com"));

        var refused = await Should.ThrowAsync<AwsException>(() =>
            sts.AssumeRoleAsync(
                new AssumeRoleRequest { RoleArn = "arn:aws:iam::123456789012:role/web", RoleSessionName = "s" },
                Samples.Caller
            )
        );

        refused.Code.ShouldBe("ValidationError");
        refused.Message.ShouldBe(
            "1 validation error detected: Value 's' at 'roleSessionName' failed to satisfy constraint: "
                + "Member must have length greater than or equal to 2"
        );
        _sts.Callers.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_call_without_permission_is_refused_as_over_HTTP_and_reaches_nobody()
    {
        _access.Refusal = "User: arn:aws:iam::123456789012:user/alice is not authorized to perform: ecs:ListClusters";
        var runner = await OpenAsync(_access);

        var refused = await Should.ThrowAsync<AwsException>(() =>
            runner.Neighbour<IEcsApi>(CallPrincipal.Caller).ListClustersAsync(new(), Samples.Caller)
        );

        (refused.Code, refused.StatusCode).ShouldBe(("AccessDeniedException", 400));
        refused.Message.ShouldBe(_access.Refusal);
        _ecs.Callers.ShouldBeEmpty();
        _access.Asked.ShouldBe([("ecs:ListClusters", Samples.Caller)]);
    }

    [Fact]
    public async Task A_service_calls_in_its_own_name_for_the_resource_of_its_context()
    {
        var runner = await OpenAsync();
        var context = Samples.Caller with { SourceArn = "arn:aws:ecs:eu-west-1:123456789012:task/web/1" };

        await runner
            .Neighbour<IEcsApi>(CallPrincipal.Service("elasticloadbalancing.amazonaws.com"))
            .ListClustersAsync(new(), context);

        var caller = _ecs.Callers.Single();
        (caller.Service, caller.PrincipalArn, caller.AccessKeyId).ShouldBe(
            ("elasticloadbalancing.amazonaws.com", "elasticloadbalancing.amazonaws.com", "")
        );
        (caller.AccountId, caller.Region, caller.SourceArn).ShouldBe(
            (context.AccountId, context.Region, context.SourceArn)
        );
    }

    [Fact]
    public async Task A_callers_own_identity_is_passed_on()
    {
        await (await OpenAsync()).Neighbour<IEcsApi>(CallPrincipal.Caller).ListClustersAsync(new(), Samples.Caller);

        _ecs.Callers.ShouldBe([Samples.Caller]);
    }

    [Fact]
    public async Task The_platform_calls_as_the_root_of_the_account()
    {
        await (await OpenAsync()).Neighbour<IEcsApi>(CallPrincipal.Account).ListClustersAsync(new(), Samples.Caller);

        _ecs.Callers.Single().PrincipalArn.ShouldBe("arn:aws:iam::123456789012:root");
    }

    [Fact]
    public async Task Who_holds_a_key_is_who_the_gateway_would_find_with_what_the_key_is_good_for()
    {
        var runner = await OpenAsync(credentials: new OneKey("AKIAHOST", "ecs:ListClusters"));
        var ecs = runner.Neighbour<IEcsApi>(CallPrincipal.KeyHolder);
        var context = Samples.Caller with { AccessKeyId = "AKIAHOST" };

        await ecs.ListClustersAsync(new(), context);
        _ecs.Callers.Single().PrincipalArn.ShouldBe("arn:aws:sts::123456789012:assumed-role/host/1");

        var refused = await Should.ThrowAsync<AwsException>(() => ecs.ListServicesAsync(new(), context));
        (refused.Code, refused.Message).ShouldBe(
            (
                "AccessDeniedException",
                "User: arn:aws:sts::123456789012:assumed-role/host/1 is not authorized to perform: ecs:ListServices "
                    + "on resource: * because no identity-based policy allows the ecs:ListServices action"
            )
        );

        var unknown = await Should.ThrowAsync<AwsException>(() => ecs.ListClustersAsync(new(), Samples.Caller));
        unknown.Code.ShouldBe("UnrecognizedClientException");
    }

    [Fact]
    public async Task What_goes_wrong_within_a_service_is_an_error_of_AWS_to_its_caller()
    {
        var ecs = (await OpenAsync()).Neighbour<IEcsApi>(CallPrincipal.Caller);

        _ecs.Fault = new JournalException("The disk is full.");
        var unavailable = await Should.ThrowAsync<AwsException>(() => ecs.ListClustersAsync(new(), Samples.Caller));
        _ecs.Fault = new InvalidOperationException("A secret of the implementation.");
        var broken = await Should.ThrowAsync<AwsException>(() => ecs.ListClustersAsync(new(), Samples.Caller));

        (unavailable.Code, unavailable.StatusCode, unavailable.Message).ShouldBe(
            ("ServiceUnavailableException", 503, "The disk is full.")
        );
        (broken.Code, broken.StatusCode).ShouldBe(("ServerException", 500));
        broken.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task What_is_not_implemented_and_what_is_not_there_is_said()
    {
        var runner = await OpenAsync();

        var missing = await Should.ThrowAsync<AwsException>(() =>
            runner.Neighbour<IEcsApi>(CallPrincipal.Caller).DescribeClustersAsync(new(), Samples.Caller)
        );
        var absent = await Should.ThrowAsync<AwsException>(() =>
            runner.Neighbour<IEc2Api>(CallPrincipal.Caller).DescribeVpcsAsync(new(), Samples.Caller)
        );

        missing.Code.ShouldBe("UnsupportedOperation");
        absent.Code.ShouldBe("UnknownOperationException");
    }

    [Fact]
    public async Task Services_call_each_other_whichever_is_opened_first()
    {
        IEcsApi? ecs = null;
        await OpenAsync(before: new SampleModule("first", host =>
            {
                ecs = host.Neighbour<IEcsApi>(CallPrincipal.Caller);
                Should
                    .Throw<InvalidOperationException>(() => ecs.ListClustersAsync(new(), Samples.Caller))
                    .Message.ShouldContain("before all modules are open");
                return new OpenModule();
            }));

        await ecs!.ListClustersAsync(new(), Samples.Caller);

        _ecs.Callers.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Nobody_is_called_inside_of_a_transaction()
    {
        var ecs = (await OpenAsync()).Neighbour<IEcsApi>(CallPrincipal.Caller);

        Task? call = null;
        await _store.CommitAsync(_ =>
        {
            call = ecs.ListClustersAsync(new(), Samples.Caller);
        });

        (await Should.ThrowAsync<InvalidOperationException>(() => call!)).Message.ShouldContain("transaction");
        _ecs.Callers.ShouldBeEmpty();
    }

    private async Task<ModuleRunner> OpenAsync(
        IAuthorizer? authorizer = null,
        ICredentialSource? credentials = null,
        Module? before = null
    )
    {
        _store = await Samples.StoreAsync();
        var host = new ModuleHost { Store = _store };
        if (authorizer is not null)
            host.Share(authorizer);
        if (credentials is not null)
            host.Share(credentials);
        return await ModuleRunner.OpenAsync(
            [
                .. before is null ? [] : (Module[])[before],
                new ApiModule<IEcsApi>("Amazon ECS", _ecs),
                new ApiModule<IStsApi>("AWS STS", _sts),
            ],
            host
        );
    }

    private sealed class StandInEcs : IEcsApi
    {
        internal List<CallContext> Callers { get; } = [];

        internal Exception? Fault { get; set; }

        public Task<ListClustersResponse> ListClustersAsync(
            ListClustersRequest request,
            CallContext context,
            CancellationToken cancellation = default
        )
        {
            if (Fault is not null)
                throw Fault;
            Callers.Add(context);
            return Task.FromResult(new ListClustersResponse());
        }

        public Task<ListServicesResponse> ListServicesAsync(
            ListServicesRequest request,
            CallContext context,
            CancellationToken cancellation = default
        ) => Task.FromResult(new ListServicesResponse());
    }

    private sealed class StandInSts : IStsApi
    {
        internal List<CallContext> Callers { get; } = [];

        public Task<AssumeRoleResponse> AssumeRoleAsync(
            AssumeRoleRequest request,
            CallContext context,
            CancellationToken cancellation = default
        )
        {
            Callers.Add(context);
            return Task.FromResult(new AssumeRoleResponse());
        }
    }

    private sealed class Access : IAuthorizer
    {
        internal string? Refusal { get; set; }

        internal List<(string Action, CallContext Caller)> Asked { get; } = [];

        public ValueTask<AccessDecision> DecideAsync(
            ServiceModel service,
            OperationModel operation,
            IShape request,
            CallContext caller,
            CancellationToken cancellation
        ) => DecideAsync($"{service.SigningName}:{operation.Name}", "*", caller, cancellation);

        public ValueTask<AccessDecision> DecideAsync(
            string action,
            string resource,
            CallContext caller,
            CancellationToken cancellation
        )
        {
            Asked.Add((action, caller));
            return new(new AccessDecision(Refusal));
        }
    }

    private sealed class OneKey(string key, params string[] actions) : ICredentialSource
    {
        public Credential? Find(string accessKeyId) =>
            accessKeyId != key
                ? null
                : new Credential
                {
                    AccessKeyId = key,
                    SecretAccessKey = "secret",
                    AccountId = "123456789012",
                    PrincipalArn = "arn:aws:sts::123456789012:assumed-role/host/1",
                    Actions = actions.ToHashSet(),
                };

        public void Used(Credential credential, string service, string region) { }
    }
}
