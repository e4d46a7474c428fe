using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests.Policies;

/// <summary>How long policies may be.</summary>
public sealed class PolicySizeTests
{
    [Fact]
    public async Task A_managed_policy_has_6144_characters_at_most_without_white_space()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.CreatePolicyAsync(
            new CreatePolicyRequest { PolicyName = "p", PolicyDocument = Sized(6144, "  ") },
            IdentityWorld.Caller
        );

        await world
            .Iam.CreatePolicyAsync(
                new CreatePolicyRequest { PolicyName = "q", PolicyDocument = Sized(6145) },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for PolicySize: 6144");
        await world
            .Iam.CreatePolicyVersionAsync(
                new CreatePolicyVersionRequest
                {
                    PolicyArn = "arn:aws:iam::123456789012:policy/p",
                    PolicyDocument = Sized(6145),
                },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for PolicySize: 6144");
    }

    [Fact]
    public async Task A_trust_policy_has_2048_characters_at_most()
    {
        await using var world = await IdentityWorld.StartAsync();
        var statement = """{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}""";
        var document =
            $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', Enumerable.Repeat(statement, 30))}}]}""";

        await world
            .Iam.CreateRoleAsync(
                new CreateRoleRequest { RoleName = "app", AssumeRolePolicyDocument = document },
                IdentityWorld.Caller
            )
            .ShouldBeRefusedAsync("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048");
    }

    [Theory]
    [InlineData(2048, "user alice")]
    [InlineData(5120, "group staff")]
    [InlineData(10240, "role app")]
    public async Task The_policies_inside_of_an_entity_are_bounded_together(int size, string entity)
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        await world.GroupAsync();
        await world.RoleAsync();
        await PutAsync("a", size / 2);
        await PutAsync("b", size - (size / 2));

        await PutAsync("b", size - (size / 2) + 1)
            .ShouldBeRefusedAsync("LimitExceeded", $"Maximum policy size of {size} bytes exceeded for {entity}");

        Task PutAsync(string name, int length)
        {
            var document = Sized(length);
            return entity[..4] switch
            {
                "user" => world.Iam.PutUserPolicyAsync(
                    new()
                    {
                        UserName = "alice",
                        PolicyName = name,
                        PolicyDocument = document,
                    },
                    IdentityWorld.Caller
                ),
                "grou" => world.Iam.PutGroupPolicyAsync(
                    new()
                    {
                        GroupName = "staff",
                        PolicyName = name,
                        PolicyDocument = document,
                    },
                    IdentityWorld.Caller
                ),
                _ => world.Iam.PutRolePolicyAsync(
                    new()
                    {
                        RoleName = "app",
                        PolicyName = name,
                        PolicyDocument = document,
                    },
                    IdentityWorld.Caller
                ),
            };
        }
    }

    // A policy of so many characters, and white space that does not count.
    private static string Sized(int length, string space = "")
    {
        const string Begin = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Resource":"*","Action":"s3:""";
        const string End = "\"}}";
        return space + Begin + new string('x', length - Begin.Length - End.Length) + End + space;
    }
}
