namespace Estiba.Tests.Platforms;

/// <summary>
/// The members of requests that no code reads, and why none has to. A structure without a member means whichever of its
/// members are unread.
/// </summary>
internal static class UnreadMembers
{
    private const string Kept = "kept and shown as a whole";
    private const string Refused = "refused as a whole";
    private const string OneValue = "has only one possible value";
    private const string WithoutCapacity =
        "needs an attribute that no container instance has, so that nothing is placed";

    // Requests for what there is none of: whichever page, filter or name is asked for, the answer is the same.
    private static readonly string[] NothingThere =
    [
        "ecr DescribeImageScanFindingsRequest",
        "ecr DescribePullThroughCacheRulesRequest",
        "ecr DescribeReplicationBackfillResultsRequest",
        "ecr DescribeRepositoryCreationTemplatesRequest",
        "ecr ListPullTimeUpdateExclusionsRequest",
        "ecr ListReplicationBackfillsRequest",
        "ecr UpdatePullThroughCacheRuleRequest",
        "ecr UpdateRepositoryCreationTemplateRequest",
        "ecs DescribeDaemonRequest",
        "ecs DescribeDaemonTaskDefinitionRequest",
        "ecs DescribeExpressGatewayServiceRequest",
        "ecs DescribeGatewayRequest",
        "ecs DescribeGatewayResourcesRequest",
        "ecs DescribeGatewayRouteRequest",
        "ecs ListDaemonDeploymentsRequest",
        "ecs ListDaemonTaskDefinitionsRequest",
        "ecs ListDaemonsRequest",
        "ecs ListGatewayClusterAssociationsRequest",
        "ecs ListGatewayRoutesRequest",
        "ecs ListGatewaysRequest",
        "ecs ListServicesByNamespaceRequest",
        "logs CancelExportTaskRequest",
        "logs CancelImportTaskRequest",
        "logs DeleteAccountPolicyRequest",
        "logs DeleteDeliveryDestinationPolicyRequest",
        "logs DeleteDeliveryDestinationRequest",
        "logs DeleteDeliveryRequest",
        "logs DeleteDeliverySourceRequest",
        "logs DeleteDestinationRequest",
        "logs DeleteIntegrationRequest",
        "logs DeleteLogAnomalyDetectorRequest",
        "logs DeleteLookupTableRequest",
        "logs DeleteScheduledQueryRequest",
        "logs DeleteSubscriptionFilterRequest",
        "logs DeleteSyslogConfigurationRequest",
        "logs DescribeAccountPoliciesRequest",
        "logs DescribeConfigurationTemplatesRequest",
        "logs DescribeDeliveriesRequest",
        "logs DescribeDeliveryDestinationsRequest",
        "logs DescribeDeliverySourcesRequest",
        "logs DescribeDestinationsRequest",
        "logs DescribeExportTasksRequest",
        "logs DescribeFieldIndexesRequest",
        "logs DescribeImportTaskBatchesRequest",
        "logs DescribeImportTasksRequest",
        "logs DescribeIndexPoliciesRequest",
        "logs DescribeLookupTablesRequest",
        "logs DescribeQueriesRequest",
        "logs DescribeSubscriptionFiltersRequest",
        "logs DisassociateSourceFromS3TableIntegrationRequest",
        "logs GetDeliveryDestinationPolicyRequest",
        "logs GetDeliveryDestinationRequest",
        "logs GetDeliveryRequest",
        "logs GetDeliverySourceRequest",
        "logs GetIntegrationRequest",
        "logs GetLogAnomalyDetectorRequest",
        "logs GetLogFieldsRequest",
        "logs GetLogObjectRequest",
        "logs GetLogRecordRequest",
        "logs GetLookupTableRequest",
        "logs GetQueryResultsRequest",
        "logs GetScheduledQueryHistoryRequest",
        "logs GetScheduledQueryRequest",
        "logs ListAggregateLogGroupSummariesRequest",
        "logs ListAnomaliesRequest",
        "logs ListIntegrationsRequest",
        "logs ListLogAnomalyDetectorsRequest",
        "logs ListLogGroupsForQueryRequest",
        "logs ListScheduledQueriesRequest",
        "logs ListSourcesForS3TableIntegrationRequest",
        "logs ListSyslogConfigurationsRequest",
        "logs StopQueryRequest",
    ];

    private static readonly Dictionary<string, string> Reviewed = new(StringComparer.Ordinal)
    {
        ["ecr BatchGetImageRequest.AcceptedMediaTypes"] = "manifests are given as they were pushed",
        ["ecr ImageTagMutabilityExclusionFilter.FilterType"] = OneValue,
        ["ecr ScanningRepositoryFilter.FilterType"] = OneValue,
        ["ecr ReplicationRule"] = Refused,
        ["ecr SetRepositoryPolicyRequest.Force"] = "policies are not enforced, so that none locks anybody out",
        ["ecs AutoScalingGroupProvider.AutoScalingGroupArn"] = Kept,
        ["ecs AwsVpcConfiguration.Subnets"] = Kept,
        ["ecs CanaryConfiguration"] = Refused,
        ["ecs ClusterConfiguration.ManagedStorageConfiguration"] =
            "kept and shown; there is no storage of Fargate's or ECS's own that it is about",
        ["ecs ContainerDefinition.VersionConsistency"] =
            "kept and shown; images are pulled by the tag that a definition names",
        ["ecs CreateManagedInstancesProviderConfiguration"] = Refused,
        ["ecs DeploymentAlarms"] = "refused when enabled, else kept and shown",
        ["ecs DeploymentLifecycleHook"] = Refused,
        ["ecs EFSVolumeConfiguration.FileSystemId"] = WithoutCapacity,
        ["ecs ExecuteCommandConfiguration"] = Kept,
        ["ecs ExecuteCommandLogConfiguration"] = Kept,
        ["ecs FSxWindowsFileServerVolumeConfiguration"] = WithoutCapacity,
        ["ecs FirelensConfiguration.Options"] = WithoutCapacity,
        ["ecs GatewayConnector"] = Refused,
        ["ecs InferenceAccelerator"] = Refused,
        ["ecs InferenceAcceleratorOverride"] = Refused,
        ["ecs LinearConfiguration"] = Refused,
        ["ecs ListAttributesRequest.TargetType"] = OneValue,
        ["ecs LoadBalancer"] = Refused,
        ["ecs DeploymentEarlySuccessCriteria"] = "refused when enabled, else kept and shown",
        ["ecs MetricConfiguration"] = Refused,
        ["ecs NetworkBinding"] = "reported by an agent, kept and shown as a whole",
        ["ecs PortMapping.AppProtocol"] = "kept and shown; it is about Service Connect, which is refused",
        ["ecs ProxyConfiguration"] = WithoutCapacity,
        ["ecs RegisterContainerInstanceRequest.InstanceIdentityDocumentSignature"] =
            "there is no key of AWS's to check it with",
        ["ecs Resource.Type"] = Kept,
        ["ecs S3FilesVolumeConfiguration"] = WithoutCapacity,
        ["ecs Scale.Unit"] = OneValue,
        ["ecs ServiceConnectConfiguration"] = "refused when enabled",
        ["ecs ServiceRegistry"] = Refused,
        ["ecs ServiceVolumeConfiguration"] = Refused,
        ["ecs SharingStrategy"] = Refused,
        ["ecs SubmitAttachmentStateChangesRequest"] = "reported by an agent of attachments that it was never given",
        ["ecs SubmitTaskStateChangeRequest.Attachments"] =
            "reported by an agent of attachments that it was never given",
        ["ecs TaskVolumeConfiguration"] = Refused,
        ["ecs UpdateManagedInstancesProviderConfiguration"] = Refused,
        ["ecs VersionInfo.DockerVersion"] = Kept,
        ["ecs VpcLatticeConfiguration"] = Refused,
        ["elbv2 AuthenticateCognitoActionConfig"] = Refused,
        ["elbv2 AuthenticateOidcActionConfig"] = Refused,
        ["elbv2 ElbV2Action.Order"] = "kept and shown; a rule has one action, so that nothing has to be ordered",
        ["elbv2 JwtValidationActionConfig"] = Refused,
        ["logs DataSourceFilter"] = "no log group has a data source",
        ["logs MetricTransformation"] = Kept,
        ["logs QueryParameter"] = Kept,
        ["logs FilterLogEventsRequest.Interleaved"] = "ignored by AWS too: events are always interleaved",
        ["logs FilterLogEventsRequest.Unmask"] = "nothing is masked",
        ["logs GetLogEventsRequest.Unmask"] = "nothing is masked",
        ["logs PutLogEventsRequest.Entity"] = "only says what AWS's console shows beside the events",
        ["logs PutLogEventsRequest.SequenceToken"] = "ignored by AWS too",
    };

    internal static IReadOnlyDictionary<string, string> All { get; } =
        Reviewed
            .Concat(
                NothingThere.Select(request => KeyValuePair.Create(request, "there is none, whatever is asked for"))
            )
            .ToDictionary(StringComparer.Ordinal);
}
