using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Tests;

public sealed class AccountTests
{
    [Fact]
    public async Task An_account_has_one_alias_and_nobody_else_has_the_same()
    {
        await using var world = await IdentityWorld.StartAsync();
        (await AliasesAsync()).ShouldBeEmpty();
        await world.Iam.CreateAccountAliasAsync(new() { AccountAlias = "one" }, IdentityWorld.Caller);
        await world.Iam.CreateAccountAliasAsync(new() { AccountAlias = "two" }, IdentityWorld.Caller);

        (await AliasesAsync()).ShouldBe(["two"]);
        await world
            .Iam.CreateAccountAliasAsync(
                new() { AccountAlias = "two" },
                IdentityWorld.CallerOf(IdentityWorld.OtherAccount)
            )
            .ShouldBeRefusedAsync("EntityAlreadyExists", "The account alias two already exists.");
        await world
            .Iam.DeleteAccountAliasAsync(new() { AccountAlias = "one" }, IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", "The account alias with name one cannot be found.");
        await world.Iam.DeleteAccountAliasAsync(new() { AccountAlias = "two" }, IdentityWorld.Caller);
        (await AliasesAsync()).ShouldBeEmpty();

        async Task<IReadOnlyList<string>> AliasesAsync() =>
            (await world.Iam.ListAccountAliasesAsync(new(), IdentityWorld.Caller)).AccountAliases!;
    }

    [Fact]
    public async Task What_is_not_said_of_a_password_policy_has_its_default()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.Iam.UpdateAccountPasswordPolicyAsync(
            new() { MinimumPasswordLength = 10, MaxPasswordAge = 60 },
            IdentityWorld.Caller
        );
        var strict = await PolicyAsync();
        await world.Iam.UpdateAccountPasswordPolicyAsync(new(), IdentityWorld.Caller);
        var loose = await PolicyAsync();

        (strict.MinimumPasswordLength, strict.ExpirePasswords, strict.MaxPasswordAge).ShouldBe((10, true, 60));
        (
            loose.MinimumPasswordLength,
            loose.ExpirePasswords,
            loose.MaxPasswordAge,
            loose.RequireSymbols,
            loose.HardExpiry
        ).ShouldBe((6, false, null, false, null));

        async Task<PasswordPolicy> PolicyAsync() =>
            (await world.Iam.GetAccountPasswordPolicyAsync(new(), IdentityWorld.Caller)).PasswordPolicy!;
    }

    [Fact]
    public async Task A_password_policy_that_is_not_there_cannot_be_read_or_deleted()
    {
        await using var world = await IdentityWorld.StartAsync();

        await Refusal
            .Of(() => world.Iam.GetAccountPasswordPolicyAsync(new(), IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", "The Password Policy with domain name 123456789012 cannot be found.");
        await world
            .Iam.DeleteAccountPasswordPolicyAsync(new(), IdentityWorld.Caller)
            .ShouldBeRefusedAsync("NoSuchEntity", "The account policy with name PasswordPolicy cannot be found.");
    }

    [Fact]
    public async Task The_summary_counts_what_there_is()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        await world.GroupAsync();
        await world.RoleAsync();
        await world.PolicyAsync();
        await world.Iam.CreatePolicyVersionAsync(
            new() { PolicyArn = "arn:aws:iam::123456789012:policy/p", PolicyDocument = IdentityWorld.Permissions },
            IdentityWorld.Caller
        );

        var summary = (await world.Iam.GetAccountSummaryAsync(new(), IdentityWorld.Caller)).SummaryMap!;

        (
            summary["Users"],
            summary["Groups"],
            summary["Roles"],
            summary["Policies"],
            summary["PolicyVersionsInUse"],
            summary["InstanceProfiles"]
        ).ShouldBe((1, 1, 1, 1, 2, 0));
        (summary.Count, summary["UsersQuota"], summary["AccountAccessKeysPresent"]).ShouldBe((34, 5000, 1));
    }

    [Fact]
    public async Task A_credential_report_is_generated_before_it_is_read()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserWithKeyAsync();
        var missing = await Should.ThrowAsync<AwsException>(() =>
            world.Iam.GetCredentialReportAsync(new(), IdentityWorld.Caller)
        );

        var first = await world.Iam.GenerateCredentialReportAsync(new(), IdentityWorld.Caller);
        var second = await world.Iam.GenerateCredentialReportAsync(new(), IdentityWorld.Caller);
        var report = await world.Iam.GetCredentialReportAsync(new(), IdentityWorld.Caller);
        world.Time.Advance(TimeSpan.FromHours(4));
        var old = await Should.ThrowAsync<AwsException>(() =>
            world.Iam.GetCredentialReportAsync(new(), IdentityWorld.Caller)
        );

        (missing.Code, missing.StatusCode, old.Code, old.StatusCode).ShouldBe(
            ("ReportNotPresent", 410, "ReportExpired", 410)
        );
        (first.State, second.State, report.ReportFormat).ShouldBe(("STARTED", "COMPLETE", "text/csv"));
        var lines = Encoding
            .UTF8.GetString(report.Content!.Value.Span)
            .Split('\n')
            .Select(line => line.Split(','))
            .ToList();
        lines.ShouldAllBe(line => line.Length == 22);
        lines.Select(line => line[0]).ShouldBe(["user", "<root_account>", "alice"]);
        (lines[2][1], lines[2][8], lines[2][10], lines[2][13]).ShouldBe(
            ("arn:aws:iam::123456789012:user/alice", "true", "N/A", "false")
        );
    }

    [Fact]
    public async Task The_details_tell_everything_that_decides_about_permissions()
    {
        await using var world = await IdentityWorld.StartAsync();
        await FillAsync(world);

        var details = await world.Iam.GetAccountAuthorizationDetailsAsync(new(), IdentityWorld.Caller);

        var (user, group, role) = (
            details.UserDetailList!.Single(),
            details.GroupDetailList!.Single(),
            details.RoleDetailList!.Single()
        );
        (
            user.UserPolicyList!.Single().PolicyName,
            user.GroupList!.Single(),
            user.AttachedManagedPolicies!.Count
        ).ShouldBe(("inline", "staff", 0));
        (group.AttachedManagedPolicies!.Single().PolicyName, group.GroupPolicyList!.Count).ShouldBe(("p", 0));
        (
            role.InstanceProfileList!.Single().Roles!.Single().RoleName,
            role.AttachedManagedPolicies!.Single().PolicyArn,
            role.RoleLastUsed!.LastUsedDate
        ).ShouldBe(("app", IdentityWorld.AwsPolicy, null));
        details
            .Policies!.Select(policy =>
                (policy.PolicyName, policy.AttachmentCount, policy.PolicyVersionList!.Single().IsDefaultVersion)
            )
            .ShouldBe([("p", 1, true), ("AmazonEC2ContainerServiceforEC2Role", 1, true)]);
    }

    [Theory]
    [InlineData("User", "1000")]
    [InlineData("Group", "0100")]
    [InlineData("Role", "0010")]
    [InlineData("LocalManagedPolicy", "0001")]
    [InlineData("AWSManagedPolicy", "0001")]
    public async Task The_details_of_one_kind_are_told_alone(string kind, string counts)
    {
        await using var world = await IdentityWorld.StartAsync();
        await FillAsync(world);

        var details = await world.Iam.GetAccountAuthorizationDetailsAsync(
            new() { Filter = [kind] },
            IdentityWorld.Caller
        );

        (
            $"{details.UserDetailList!.Count}{details.GroupDetailList!.Count}"
            + $"{details.RoleDetailList!.Count}{details.Policies!.Count}"
        ).ShouldBe(counts);
    }

    [Fact]
    public async Task The_details_are_told_page_by_page_each_once()
    {
        await using var world = await IdentityWorld.StartAsync();
        await FillAsync(world);
        var (pages, things, marker) = (0, 0, (string?)null);
        do
        {
            var page = await world.Iam.GetAccountAuthorizationDetailsAsync(
                new() { MaxItems = 2, Marker = marker },
                IdentityWorld.Caller
            );
            things +=
                page.UserDetailList!.Count
                + page.GroupDetailList!.Count
                + page.RoleDetailList!.Count
                + page.Policies!.Count;
            pages++;
            marker = page.Marker;
        } while (marker is not null);

        (pages, things).ShouldBe((3, 5));
    }

    [Fact]
    public async Task What_cannot_be_had_is_not_there()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();

        (await world.Iam.ListSAMLProvidersAsync(new(), IdentityWorld.Caller)).SAMLProviderList.ShouldBeEmpty();
        (
            await world.Iam.ListOpenIDConnectProvidersAsync(new(), IdentityWorld.Caller)
        ).OpenIDConnectProviderList.ShouldBeEmpty();
        (
            await world.Iam.ListServerCertificatesAsync(new(), IdentityWorld.Caller)
        ).ServerCertificateMetadataList.ShouldBeEmpty();
        (await world.Iam.ListVirtualMFADevicesAsync(new(), IdentityWorld.Caller)).VirtualMFADevices.ShouldBeEmpty();
        (
            await world.Iam.ListMFADevicesAsync(new() { UserName = "alice" }, IdentityWorld.Caller)
        ).MFADevices.ShouldBeEmpty();
        (
            await world.Iam.ListSigningCertificatesAsync(new() { UserName = "alice" }, IdentityWorld.Caller)
        ).Certificates.ShouldBeEmpty();
        (
            await world.Iam.ListSSHPublicKeysAsync(new() { UserName = "alice" }, IdentityWorld.Caller)
        ).SSHPublicKeys.ShouldBeEmpty();
        (
            await world.Iam.ListServiceSpecificCredentialsAsync(new() { UserName = "alice" }, IdentityWorld.Caller)
        ).ServiceSpecificCredentials.ShouldBeEmpty();
        await Refusal
            .Of(() => world.Iam.GetLoginProfileAsync(new() { UserName = "alice" }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", "Login Profile for User alice cannot be found.");
        await Refusal
            .Of(() => world.Iam.ListMFADevicesAsync(new() { UserName = "bob" }, IdentityWorld.Caller))
            .ShouldBeRefusedAsync("NoSuchEntity", "The user with name bob cannot be found.");
    }

    [Fact]
    public async Task One_thing_of_what_cannot_be_had_does_not_exist()
    {
        await using var world = await IdentityWorld.StartAsync();
        await world.UserAsync();
        const string Saml = "arn:aws:iam::123456789012:saml-provider/adfs";
        const string OpenId = "arn:aws:iam::123456789012:oidc-provider/example.com";
        const string Mfa = "arn:aws:iam::123456789012:mfa/phone";
        const string Job = "0f2a0c5e-0000-0000-0000-000000000000";
        const string Request = "dr-0123456789abcdef";
        const string Entity = "arn:aws:iam::123456789012:delegation-request/dr-0123456789abcdef";
        var (iam, caller) = (world.Iam, IdentityWorld.Caller);

        await NoneAsync(() => iam.GetSAMLProviderAsync(new() { SAMLProviderArn = Saml }, caller), "Manifest not found");
        await NoneAsync(
            () => iam.ListSAMLProviderTagsAsync(new() { SAMLProviderArn = Saml }, caller),
            $"Manifest not found for arn {Saml}"
        );
        await NoneAsync(
            () => iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = OpenId }, caller),
            $"OpenIDConnect Provider not found for arn {OpenId}"
        );
        await NoneAsync(
            () => iam.ListOpenIDConnectProviderTagsAsync(new() { OpenIDConnectProviderArn = OpenId }, caller),
            OpenId
        );
        await NoneAsync(
            () => iam.GetServerCertificateAsync(new() { ServerCertificateName = "web" }, caller),
            "The Server Certificate with name web cannot be found."
        );
        await NoneAsync(
            () => iam.ListServerCertificateTagsAsync(new() { ServerCertificateName = "web" }, caller),
            "web"
        );
        await NoneAsync(() => iam.GetMFADeviceAsync(new() { SerialNumber = Mfa }, caller), Mfa);
        await NoneAsync(() => iam.ListMFADeviceTagsAsync(new() { SerialNumber = Mfa }, caller), Mfa);
        await NoneAsync(
            () =>
                iam.GetSSHPublicKeyAsync(
                    new()
                    {
                        UserName = "alice",
                        SSHPublicKeyId = "APKAEXAMPLE000000000",
                        Encoding = "SSH",
                    },
                    caller
                ),
            "The Public Key with id APKAEXAMPLE000000000 cannot be found."
        );
        await NoneAsync(() => iam.GetServiceLastAccessedDetailsAsync(new() { JobId = Job }, caller), Job);
        await NoneAsync(
            () =>
                iam.GetServiceLastAccessedDetailsWithEntitiesAsync(
                    new() { JobId = Job, ServiceNamespace = "s3" },
                    caller
                ),
            Job
        );
        await NoneAsync(() => iam.GetOrganizationsAccessReportAsync(new() { JobId = Job }, caller), Job);
        await NoneAsync(() => iam.GetDelegationRequestAsync(new() { DelegationRequestId = Request }, caller), Request);
        await NoneAsync(() => iam.GetHumanReadableSummaryAsync(new() { EntityArn = Entity }, caller), Entity);
        (await iam.ListDelegationRequestsAsync(new(), caller)).DelegationRequests.ShouldBeEmpty();
        (
            await Should.ThrowAsync<AwsException>(async () => await iam.ListOrganizationsFeaturesAsync(new(), caller))
        ).Code.ShouldBe("OrganizationNotFoundException");
        (
            await Should.ThrowAsync<AwsException>(async () =>
                await iam.GetOutboundWebIdentityFederationInfoAsync(new(), caller)
            )
        ).Code.ShouldBe("FeatureDisabled");

        static async Task NoneAsync(Func<Task> call, string words)
        {
            var refused = await Should.ThrowAsync<AwsException>(async () => await call());
            (refused.Code, refused.StatusCode).ShouldBe(("NoSuchEntity", 404));
            refused.Message.ShouldContain(words);
        }
    }

    [Fact]
    public async Task What_is_not_implemented_says_so()
    {
        await using var world = await IdentityWorld.StartAsync();

        (
            await Should.ThrowAsync<AwsException>(() => world.Iam.CreateSAMLProviderAsync(new(), IdentityWorld.Caller))
        ).Code.ShouldBe("UnsupportedOperation");
    }

    private static async Task FillAsync(IdentityWorld world)
    {
        await world.UserAsync();
        var (group, policy, role) = (await world.GroupAsync(), await world.PolicyAsync(), await world.RoleAsync());
        await world.Iam.AddUserToGroupAsync(
            new() { GroupName = group.GroupName, UserName = "alice" },
            IdentityWorld.Caller
        );
        await world.Iam.PutUserPolicyAsync(
            new()
            {
                UserName = "alice",
                PolicyName = "inline",
                PolicyDocument = IdentityWorld.Permissions,
            },
            IdentityWorld.Caller
        );
        await world.Iam.AttachGroupPolicyAsync(
            new() { GroupName = group.GroupName, PolicyArn = policy.Arn },
            IdentityWorld.Caller
        );
        await world.Iam.AttachRolePolicyAsync(
            new() { RoleName = role.RoleName, PolicyArn = IdentityWorld.AwsPolicy },
            IdentityWorld.Caller
        );
        await world.Iam.CreateInstanceProfileAsync(new() { InstanceProfileName = "ip" }, IdentityWorld.Caller);
        await world.Iam.AddRoleToInstanceProfileAsync(
            new() { InstanceProfileName = "ip", RoleName = role.RoleName },
            IdentityWorld.Caller
        );
    }
}
