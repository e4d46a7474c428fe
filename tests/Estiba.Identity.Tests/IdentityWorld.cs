using System.Security.Cryptography;
using Estiba.Contracts;
using Estiba.Contracts.Iam;
using Estiba.Contracts.Signing;
using Estiba.Contracts.Sts;
using Estiba.Identity.Authorization;
using Estiba.Identity.Authorization.Requests;
using Estiba.Identity.Credentials;
using Estiba.Identity.Sessions;
using Estiba.Identity.Uses;
using Estiba.State;
using Estiba.State.Journals;

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

    private readonly MemoryJournal _journal = new();
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private Store _store = null!;

    private IdentityWorld() { }

    public SteppedTime Time { get; } = new();

    public RootCredentials Root { get; } =
        new()
        {
            AccountId = Account,
            Credentials = new AwsCredentials("AKIAROOTROOTROOTROOT", "root-secret"),
            Path = "/nowhere",
            CreateDate = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
        };

    public Store Store => _store;

    public IIamApi Iam { get; private set; } = null!;

    public IStsApi Sts { get; private set; } = null!;

    public ICredentialSource Credentials { get; private set; } = null!;

    public IAuthorizer Authorizer { get; private set; } = null!;

    /// <summary>What is known of resources outside of IAM: nothing, unless a test says so.</summary>
    public ResourceTags Tags { get; } = new();

    public SecretKey Secrets { get; } = new(Enumerable.Range(0, 32).Select(i => (byte)i).ToArray());

    public LastUses Uses { get; private set; } = null!;

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

    public static async Task<IdentityWorld> StartAsync()
    {
        var world = new IdentityWorld();
        await world.OpenAsync();
        return world;
    }

    public async Task RestartAsync()
    {
        await _store.DisposeAsync();
        await OpenAsync();
    }

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
        await _store.DisposeAsync();
        _random.Dispose();
    }

    /// <summary>An authorizer beside the world's own, with what keys for some actions are good for.</summary>
    public Authorizer AuthorizerWith(IKeyResources keyResources) => new(_store, Tags, Time, keyResources);

    private async Task OpenAsync()
    {
        _store = await Store.OpenAsync(_journal, IdentityTables.Tables);
        var ids = new UniqueIds(_random);
        Uses = new LastUses(_store, Time);
        Iam = new IamApi(_store, Root, ids, Secrets, Uses, Time);
        Sts = new StsApi(_store, Root, ids, Secrets, Time);
        Credentials = new CredentialDirectory(_store, Root, Secrets, Uses);
        Authorizer = new Authorizer(_store, Tags, Time);
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
