using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tests;

/// <summary>What is kept beside groups and events, and what there is none of.</summary>
public sealed class SettingsTests
{
    private const string Policy =
        """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"route53.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}]}""";
    private const string Group = "arn:aws:logs:eu-west-1:123456789012:log-group:g";

    [Fact]
    public async Task A_query_definition_lives_from_put_to_delete()
    {
        await using var world = await LogsWorld.OpenAsync();
        var put = new PutQueryDefinitionRequest
        {
            Name = "errors",
            QueryString = "fields @message",
            LogGroupNames = ["g"],
        };

        var id = (await world.Api.PutQueryDefinitionAsync(put, LogsWorld.Caller)).QueryDefinitionId;
        await world.Api.PutQueryDefinitionAsync(
            put with
            {
                QueryDefinitionId = id,
                QueryString = "fields @log",
            },
            LogsWorld.Caller
        );

        var kept = (
            await world.Api.DescribeQueryDefinitionsAsync(new() { QueryDefinitionNamePrefix = "err" }, LogsWorld.Caller)
        ).QueryDefinitions!.Single();
        (kept.QueryDefinitionId, kept.QueryString, kept.QueryLanguage, kept.LastModified).ShouldBe(
            (id, "fields @log", "CWLI", world.Time.Milliseconds)
        );
        (
            await world.Api.DeleteQueryDefinitionAsync(new() { QueryDefinitionId = id }, LogsWorld.Caller)
        ).Success.ShouldBe(true);
        (await world.Api.DescribeQueryDefinitionsAsync(new(), LogsWorld.Caller)).QueryDefinitions!.ShouldBeEmpty();
        (
            await RefusalAsync(() =>
                world.Api.DeleteQueryDefinitionAsync(new() { QueryDefinitionId = id }, LogsWorld.Caller)
            )
        ).Code.ShouldBe("ResourceNotFoundException");
    }

    [Fact]
    public async Task Policies_of_the_account_and_of_a_group_are_kept_apart()
    {
        await using var world = await LogsWorld.WithStreamAsync();

        await world.Api.PutResourcePolicyAsync(new() { PolicyName = "dns", PolicyDocument = Policy }, LogsWorld.Caller);
        var revision = (
            await world.Api.PutResourcePolicyAsync(
                new() { ResourceArn = Group, PolicyDocument = Policy },
                LogsWorld.Caller
            )
        ).RevisionId;

        (await PoliciesAsync(world, new()))
            .Single()
            .ShouldSatisfyAllConditions(
                policy => policy.PolicyName.ShouldBe("dns"),
                policy => policy.PolicyDocument.ShouldBe(Policy),
                policy => policy.LastUpdatedTime.ShouldBe(world.Time.Milliseconds)
            );
        (await PoliciesAsync(world, new() { ResourceArn = Group })).Single().RevisionId.ShouldBe(revision);
        (
            await RefusalAsync(() =>
                world.Api.PutResourcePolicyAsync(
                    new()
                    {
                        ResourceArn = Group,
                        PolicyDocument = Policy,
                        ExpectedRevisionId = "other",
                    },
                    LogsWorld.Caller
                )
            )
        ).Code.ShouldBe("OperationAbortedException");
        await world.Api.DeleteResourcePolicyAsync(new() { PolicyName = "dns" }, LogsWorld.Caller);
        (await PoliciesAsync(world, new())).ShouldBeEmpty();
        (
            await RefusalAsync(() =>
                world.Api.DeleteResourcePolicyAsync(new() { PolicyName = "dns" }, LogsWorld.Caller)
            )
        ).Code.ShouldBe("ResourceNotFoundException");
    }

    [Fact]
    public async Task An_account_has_ten_resource_policies_at_most_and_each_is_a_policy()
    {
        await using var world = await LogsWorld.OpenAsync();
        for (var n = 0; n < 10; n++)
            await world.Api.PutResourcePolicyAsync(
                new() { PolicyName = $"p{n}", PolicyDocument = Policy },
                LogsWorld.Caller
            );

        (
            await RefusalAsync(() =>
                world.Api.PutResourcePolicyAsync(
                    new() { PolicyName = "p10", PolicyDocument = Policy },
                    LogsWorld.Caller
                )
            )
        ).Code.ShouldBe("LimitExceededException");
        await world.Api.PutResourcePolicyAsync(new() { PolicyName = "p9", PolicyDocument = Policy }, LogsWorld.Caller);
        (
            await RefusalAsync(() =>
                world.Api.PutResourcePolicyAsync(new() { PolicyName = "p9", PolicyDocument = "no" }, LogsWorld.Caller)
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task A_key_of_a_group_is_kept_and_shown()
    {
        const string Key = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        await using var world = await LogsWorld.OpenAsync();
        await world.Api.CreateLogGroupAsync(
            new CreateLogGroupRequest { LogGroupName = "g", KmsKeyId = Key },
            LogsWorld.Caller
        );

        (await GroupAsync(world)).KmsKeyId.ShouldBe(Key);
        await world.Api.DisassociateKmsKeyAsync(new() { LogGroupName = "g" }, LogsWorld.Caller);
        (await GroupAsync(world)).KmsKeyId.ShouldBeNull();
        await world.Api.AssociateKmsKeyAsync(new() { ResourceIdentifier = Group, KmsKeyId = Key }, LogsWorld.Caller);
        (await GroupAsync(world)).KmsKeyId.ShouldBe(Key);
        (
            await RefusalAsync(() =>
                world.Api.AssociateKmsKeyAsync(new() { LogGroupName = "g", KmsKeyId = "alias/k" }, LogsWorld.Caller)
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task Groups_are_listed_by_pattern_class_and_tags()
    {
        await using var world = await LogsWorld.OpenAsync();
        await world.Api.CreateLogGroupAsync(
            new()
            {
                LogGroupName = "/ecs/web",
                Tags = new Dictionary<string, string> { ["stage"] = "production" },
            },
            LogsWorld.Caller
        );
        await world.Api.CreateLogGroupAsync(
            new() { LogGroupName = "/app/ecs", LogGroupClass = "INFREQUENT_ACCESS" },
            LogsWorld.Caller
        );

        (await NamesAsync(new())).ShouldBe(["/app/ecs", "/ecs/web"]);
        (await NamesAsync(new() { LogGroupNamePattern = "^/ecs" })).ShouldBe(["/ecs/web"]);
        (await NamesAsync(new() { LogGroupNamePattern = "ecs" })).ShouldBe(["/app/ecs", "/ecs/web"]);
        (await NamesAsync(new() { LogGroupClass = "INFREQUENT_ACCESS" })).ShouldBe(["/app/ecs"]);
        (await NamesAsync(new() { LogGroupTags = [new TagFilter { Key = "stage", Values = ["prod*"] }] })).ShouldBe([
            "/ecs/web",
        ]);
        (
            await NamesAsync(new() { LogGroupTags = [new TagFilter { Key = "stage", Values = ["!production"] }] })
        ).ShouldBeEmpty();
        (
            await NamesAsync(new() { IncludeLinkedAccounts = true, AccountIdentifiers = ["210987654321"] })
        ).ShouldBeEmpty();
        (await NamesAsync(new() { FieldIndexNames = ["requestId"] })).ShouldBeEmpty();

        async Task<IEnumerable<string?>> NamesAsync(ListLogGroupsRequest request) =>
            (await world.Api.ListLogGroupsAsync(request, LogsWorld.Caller)).LogGroups!.Select(group =>
                group.LogGroupName
            );
    }

    [Fact]
    public async Task What_there_is_none_of_is_answered_with_none()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var (api, caller) = (world.Api, LogsWorld.Caller);

        (
            await api.DescribeSubscriptionFiltersAsync(new() { LogGroupName = "g" }, caller)
        ).SubscriptionFilters!.ShouldBeEmpty();
        (await api.DescribeDestinationsAsync(new(), caller)).Destinations!.ShouldBeEmpty();
        (await api.DescribeExportTasksAsync(new(), caller)).ExportTasks!.ShouldBeEmpty();
        (await api.DescribeDeliveriesAsync(new(), caller)).Deliveries!.ShouldBeEmpty();
        (await api.DescribeDeliverySourcesAsync(new(), caller)).DeliverySources!.ShouldBeEmpty();
        (await api.DescribeDeliveryDestinationsAsync(new(), caller)).DeliveryDestinations!.ShouldBeEmpty();
        (
            await api.DescribeAccountPoliciesAsync(new() { PolicyType = "DATA_PROTECTION_POLICY" }, caller)
        ).AccountPolicies!.ShouldBeEmpty();
        (
            await api.GetDataProtectionPolicyAsync(new() { LogGroupIdentifier = "g" }, caller)
        ).PolicyDocument.ShouldBeNull();
        (
            await api.DescribeIndexPoliciesAsync(new() { LogGroupIdentifiers = ["g"] }, caller)
        ).IndexPolicies!.ShouldBeEmpty();
        (
            await api.DescribeFieldIndexesAsync(new() { LogGroupIdentifiers = ["g"] }, caller)
        ).FieldIndexes!.ShouldBeEmpty();
        (await api.ListLogAnomalyDetectorsAsync(new(), caller)).AnomalyDetectors!.ShouldBeEmpty();
        (await api.ListAnomaliesAsync(new(), caller)).Anomalies!.ShouldBeEmpty();
        (await api.ListIntegrationsAsync(new(), caller)).IntegrationSummaries!.ShouldBeEmpty();
        (await api.DescribeQueriesAsync(new(), caller)).Queries!.ShouldBeEmpty();
        (await api.ListScheduledQueriesAsync(new(), caller)).ScheduledQueries!.ShouldBeEmpty();
        (await api.DescribeLookupTablesAsync(new(), caller)).LookupTables!.ShouldBeEmpty();
        (
            await api.ListAggregateLogGroupSummariesAsync(new() { GroupBy = "DATA_SOURCE_NAME_AND_TYPE" }, caller)
        ).AggregateLogGroupSummaries!.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("subscription filter")]
    [InlineData("destination")]
    [InlineData("delivery")]
    [InlineData("anomaly detector")]
    [InlineData("transformer")]
    [InlineData("query")]
    [InlineData("log record")]
    [InlineData("log object")]
    [InlineData("delivery destination")]
    [InlineData("syslog configuration")]
    public async Task What_is_named_and_not_there_is_not_found(string what)
    {
        await using var world = await LogsWorld.WithStreamAsync();
        var (api, caller) = (world.Api, LogsWorld.Caller);
        Func<Task> call = what switch
        {
            "subscription filter" => () =>
                api.DeleteSubscriptionFilterAsync(new() { LogGroupName = "g", FilterName = "f" }, caller),
            "destination" => () => api.DeleteDestinationAsync(new() { DestinationName = "d" }, caller),
            "delivery" => () => api.GetDeliveryAsync(new() { Id = "d" }, caller),
            "anomaly detector" => () =>
                api.GetLogAnomalyDetectorAsync(
                    new() { AnomalyDetectorArn = "arn:aws:logs:eu-west-1:123456789012:anomaly-detector:d" },
                    caller
                ),
            "log record" => () => api.GetLogRecordAsync(new() { LogRecordPointer = "p" }, caller),
            "log object" => () => api.GetLogObjectAsync(new() { LogObjectPointer = "p" }, caller),
            "delivery destination" => () =>
                api.DeleteDeliveryDestinationPolicyAsync(new() { DeliveryDestinationName = "d" }, caller),
            "syslog configuration" => () =>
                api.DeleteSyslogConfigurationAsync(new() { LogGroupIdentifier = "g" }, caller),
            "transformer" => () => api.GetTransformerAsync(new() { LogGroupIdentifier = "g" }, caller),
            _ => () => api.GetQueryResultsAsync(new() { QueryId = "q" }, caller),
        };

        (await RefusalAsync(call)).ShouldBe(("ResourceNotFoundException", $"The specified {what} does not exist."));
    }

    [Fact]
    public async Task A_search_from_the_tail_gives_the_latest_events_first_and_its_token_keeps_the_direction()
    {
        await using var world = await LogsWorld.WithStreamAsync();
        await world.PutAsync(
            "g",
            "s",
            world.Event("1"),
            world.Event("2", TimeSpan.FromMilliseconds(1)),
            world.Event("3", TimeSpan.FromMilliseconds(2))
        );

        var first = await world.FilterAsync(request => request with { StartFromHead = false, Limit = 2 });
        var second = await world.FilterAsync(request => request with { Limit = 2, NextToken = first.NextToken });

        first.Events!.Select(found => found.Message).ShouldBe(["3", "2"]);
        second.Events!.Select(found => found.Message).ShouldBe(["1"]);
        (
            await RefusalAsync(() =>
                world.FilterAsync(request => request with { StartFromHead = false, StartTime = 1 })
            )
        ).Code.ShouldBe("InvalidParameterException");
    }

    private static async Task<IReadOnlyList<ResourcePolicy>> PoliciesAsync(
        LogsWorld world,
        DescribeResourcePoliciesRequest request
    ) => (await world.Api.DescribeResourcePoliciesAsync(request, LogsWorld.Caller)).ResourcePolicies!;

    private static async Task<LogGroup> GroupAsync(LogsWorld world) =>
        (await world.Api.DescribeLogGroupsAsync(new(), LogsWorld.Caller)).LogGroups!.Single();

    private static async Task<(string Code, string Message)> RefusalAsync(Func<Task> call)
    {
        var refusal = await Should.ThrowAsync<AwsException>(call);
        return (refusal.Code, refusal.Message);
    }
}
