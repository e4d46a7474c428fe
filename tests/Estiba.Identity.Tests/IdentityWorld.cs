using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Identity.Authorization;
using Estiba.Identity.Credentials;
using Estiba.Identity.Sessions;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Identity.Tests;

/// <summary>Identity with a store in memory that survives a restart, called as the gateway calls it.</summary>
internal sealed class IdentityWorld : IAsyncDisposable
{
    public const string Account = "123456789012";
    public const string OtherAccount = "210987654321";
    public const string Trust =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com","AWS":"123456789012"},"Action":"sts:AssumeRole"}]}""";
    public const string Permissions =
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}""";
    public const string AwsPolicy = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role";

    private readonly IJournal _journal;
    private readonly Module[] _others;
    private ModuleHost _host = null!;
    private ModuleRunner _modules = null!;

    private IdentityWorld(IJournal journal, Module[] others) => (_journal, _others) = (journal, others);

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public RootCredentials Root { get; } =
        new()
        {
            AccountId = Account,
            Credentials = new AwsCredentials("AKIAROOTROOTROOTROOT", "root-secret"),
            Path = "/nowhere",
            CreateDate = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        };

    public Store Store => _host.Store;

    public IIamApi Iam { get; private set; } = null!;

    public IStsApi Sts { get; private set; } = null!;

    public ICredentialSource Credentials => _host.Get<ICredentialSource>();

    public IAuthorizer Authorizer => _host.Get<IAuthorizer>();

    /// <summary>What the gateway answers.</summary>
    public IReadOnlyList<ServiceDispatcher> Dispatchers => _modules.Dispatchers;

    public SecretKey Secrets { get; } = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    /// <summary>The owner of the platform as a caller.</summary>
    public static CallContext Caller { get; } = CallerOf(Account);

    /// <summary>A trust policy that names one principal.</summary>
    public static string TrustOf(string kind, string principal) =>
        """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"""
        + $"\"{kind}\":\"{principal}\""
        + "}}}";

    public static CallContext CallerOf(string account) =>
        new()
        {
            AccountId = account,
            Region = "us-east-1",
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAROOTROOTROOTROOT",
            RequestId = "1",
        };

    /// <param name="others">The platform's other services; nothing is known of their resources unless they are
    /// here.</param>
    public static Task<IdentityWorld> StartAsync(params Module[] others) => StartAsync(new MemoryJournal(), others);

    public static async Task<IdentityWorld> StartAsync(IJournal journal, params Module[] others)
    {
        var world = new IdentityWorld(journal, others);
        await world.OpenAsync();
        return world;
    }

    public async Task RestartAsync()
    {
        await DisposeAsync();
        await OpenAsync();
    }

    /// <summary>Writes down when keys and roles were used last, as is due from time to time.</summary>
    public Task WriteUsesAsync() => _modules.Chores.Single().RunAsync(TestContext.Current.CancellationToken);

    /// <summary>The caller that the gateway would make of an access key.</summary>
    public CallContext CallerWith(string accessKeyId)
    {
        var credential = Credentials.Find(accessKeyId)!;
        return new CallContext
        {
            AccountId = credential.AccountId,
            Region = "us-east-1",
            PrincipalArn = credential.PrincipalArn,
            AccessKeyId = accessKeyId,
            RequestId = "1",
        };
    }

    public async Task<Role> RoleAsync(string name = "app", string? path = null) =>
        (
            await Iam.CreateRoleAsync(
                new CreateRoleRequest
                {
                    RoleName = name,
                    Path = path,
                    AssumeRolePolicyDocument = Trust,
                },
                Caller
            )
        ).Role!;

    public async Task<Policy> PolicyAsync(string name = "p", string? path = null) =>
        (
            await Iam.CreatePolicyAsync(
                new CreatePolicyRequest
                {
                    PolicyName = name,
                    Path = path,
                    PolicyDocument = Permissions,
                },
                Caller
            )
        ).Policy!;

    public async Task<Group> GroupAsync(string name = "staff") =>
        (await Iam.CreateGroupAsync(new CreateGroupRequest { GroupName = name }, Caller)).Group!;

    public async Task<User> UserAsync(string name = "alice") =>
        (await Iam.CreateUserAsync(new CreateUserRequest { UserName = name }, Caller)).User!;

    public async Task<AccessKey> UserWithKeyAsync(string name = "alice")
    {
        await Iam.CreateUserAsync(new CreateUserRequest { UserName = name }, Caller);
        return (await Iam.CreateAccessKeyAsync(new CreateAccessKeyRequest { UserName = name }, Caller)).AccessKey!;
    }

    public Task<AssumeRoleResponse> AssumeAsync(string roleArn, int? seconds = null, CallContext? caller = null) =>
        Sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = roleArn,
                RoleSessionName = "session",
                DurationSeconds = seconds,
            },
            caller ?? Caller
        );

    /// <summary>A session of a role with a policy inside of it.</summary>
    /// <param name="policy">What the role may do; null for nothing.</param>
    /// <param name="sessionPolicy">What the session may do at most.</param>
    /// <param name="boundary">The document of the role's permissions boundary.</param>
    public async Task<CallContext> SessionAsync(
        string? policy,
        string? sessionPolicy = null,
        string? boundary = null,
        string name = "app"
    )
    {
        var limit = boundary is null
            ? null
            : (
                await Iam.CreatePolicyAsync(
                    new CreatePolicyRequest { PolicyName = name + "-boundary", PolicyDocument = boundary },
                    Caller
                )
            )
                .Policy!
                .Arn;
        var role = (
            await Iam.CreateRoleAsync(
                new CreateRoleRequest
                {
                    RoleName = name,
                    AssumeRolePolicyDocument = Trust,
                    PermissionsBoundary = limit,
                    Tags = [new Contracts.Iam.Tag { Key = "team", Value = "blue" }],
                },
                Caller
            )
        ).Role!;
        if (policy is not null)
            await Iam.PutRolePolicyAsync(
                new PutRolePolicyRequest
                {
                    RoleName = name,
                    PolicyName = "own",
                    PolicyDocument = policy,
                },
                Caller
            );
        var session = await Sts.AssumeRoleAsync(
            new AssumeRoleRequest
            {
                RoleArn = role.Arn,
                RoleSessionName = "session",
                Policy = sessionPolicy,
            },
            Caller
        );
        return CallerWith(session.Credentials!.AccessKeyId!);
    }

    public async ValueTask DisposeAsync()
    {
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }

    /// <summary>From now on keys for some actions are good for these resources.</summary>
    public void Share(IKeyResources keyResources) => _host.Share(keyResources);

    private async Task OpenAsync()
    {
        _host = new ModuleHost { Store = await Store.OpenAsync(_journal, IdentityTables.Tables), Time = Time };
        _host.Share(Root);
        _host.Share(Secrets);
        _modules = await ModuleRunner.OpenAsync([new IdentityModule(), .. _others], _host);
        Iam = _host.Neighbour<IIamApi>(CallPrincipal.Caller);
        Sts = _host.Neighbour<IStsApi>(CallPrincipal.Caller);
    }
}

/// <summary>What an operation refused.</summary>
internal static class Refusal
{
    /// <summary>A call as a task, also where it refuses before it has one.</summary>
    public static async Task Of(Func<Task> operation) => await operation();

    public static async Task ShouldBeRefusedAsync(this Task operation, string code, string message)
    {
        var error = await Should.ThrowAsync<AwsException>(operation);
        (error.Code, error.Message).ShouldBe((code, message));
    }
}
