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
        "iam GetDelegationRequestRequest",
        "iam GetHumanReadableSummaryRequest",
        "iam GetMFADeviceRequest",
        "iam GetOrganizationsAccessReportRequest",
        "iam GetSSHPublicKeyRequest",
        "iam GetServiceLastAccessedDetailsRequest",
        "iam GetServiceLastAccessedDetailsWithEntitiesRequest",
        "iam ListDelegationRequestsRequest",
        "iam ListMFADeviceTagsRequest",
        "iam ListMFADevicesRequest",
        "iam ListOpenIDConnectProviderTagsRequest",
        "iam ListSAMLProviderTagsRequest",
        "iam ListSSHPublicKeysRequest",
        "iam ListServerCertificateTagsRequest",
        "iam ListServerCertificatesRequest",
        "iam ListServiceSpecificCredentialsRequest",
        "iam ListSigningCertificatesRequest",
        "iam ListVirtualMFADevicesRequest",
        "logs CancelExportTaskRequest",
        "logs CancelImportTaskRequest",
        "logs DeleteAccountPolicyRequest",
        "logs DeleteDestinationRequest",
        "logs DeleteIntegrationRequest",
        "logs DeleteLogAnomalyDetectorRequest",
        "logs DeleteLookupTableRequest",
        "logs DeleteScheduledQueryRequest",
        "logs DeleteSubscriptionFilterRequest",
        "logs DeleteSyslogConfigurationRequest",
        "logs DescribeAccountPoliciesRequest",
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
        "sts DecodeAuthorizationMessageRequest",
    ];

    private static readonly Dictionary<string, string> Reviewed = new(StringComparer.Ordinal)
    {
        ["acm ExportCertificateRequest.Passphrase"] = "nothing can be exported",
        ["acm RevokeCertificateRequest.RevocationReason"] = "nothing is exported, so that nothing can be revoked",
        ["cloudwatch ActionConfiguration"] = Refused,
        ["cloudwatch EntityMetricData.Entity"] = "values are stored without it, or refused where it must count",
        ["cloudwatch EvaluationCriteria"] = Refused,
        ["cloudwatch EvaluationWindow"] = Refused,
        ["cloudwatch WarmUpConfiguration"] = Refused,
        ["application-autoscaling GetPredictiveScalingForecastRequest"] = Refused,
        ["application-autoscaling PredictiveScalingPolicyConfiguration"] = Refused,
        ["application-autoscaling StepScalingPolicyConfiguration.MetricAggregationType"] =
            "kept and shown; an alarm hands on its newest value alone",
        ["ecr BatchGetImageRequest.AcceptedMediaTypes"] = "manifests are given as they were pushed",
        ["ecr ImageTagMutabilityExclusionFilter.FilterType"] = OneValue,
        ["ecr ScanningRepositoryFilter.FilterType"] = OneValue,
        ["ecr ReplicationRule"] = Refused,
        ["ecr SetRepositoryPolicyRequest.Force"] = "policies are not enforced, so that none locks anybody out",
        ["ecs AutoScalingGroupProvider.AutoScalingGroupArn"] = Kept,
        ["ecs AwsVpcConfiguration.Subnets"] = Kept,
        ["ecs ClusterConfiguration.ManagedStorageConfiguration"] =
            "kept and shown; there is no storage of Fargate's or ECS's own that it is about",
        ["ecs ContainerDefinition.VersionConsistency"] =
            "kept and shown; images are pulled by the tag that a definition names",
        ["ecs CreateManagedInstancesProviderConfiguration"] = Refused,
        ["ecs DeploymentLifecycleHook"] = Refused,
        ["ecs EFSVolumeConfiguration.FileSystemId"] = WithoutCapacity,
        ["ecs ExecuteCommandConfiguration"] = Kept,
        ["ecs ExecuteCommandLogConfiguration"] = Kept,
        ["ecs FSxWindowsFileServerVolumeConfiguration"] = WithoutCapacity,
        ["ecs FirelensConfiguration.Options"] = WithoutCapacity,
        ["ecs GatewayConnector"] = Refused,
        ["ecs InferenceAccelerator"] = Refused,
        ["ecs InferenceAcceleratorOverride"] = Refused,
        ["ecs ListAttributesRequest.TargetType"] = OneValue,
        ["ecs DeploymentEarlySuccessCriteria"] = "refused when enabled, else kept and shown",
        ["ecs MetricConfiguration"] = Refused,
        ["ecs PortMapping.AppProtocol"] = "kept and shown; it is about Service Connect, which is refused",
        ["ecs ProxyConfiguration"] = WithoutCapacity,
        ["ecs RegisterContainerInstanceRequest.InstanceIdentityDocumentSignature"] =
            "there is no key of AWS's to check it with",
        ["ecs Resource.Type"] = Kept,
        ["ecs S3FilesVolumeConfiguration"] = WithoutCapacity,
        ["ecs Scale.Unit"] = OneValue,
        ["ecs ServiceConnectConfiguration"] = "refused when enabled",
        ["ecs ServiceVolumeConfiguration"] = Refused,
        ["ecs SharingStrategy"] = Refused,
        ["ecs SubmitAttachmentStateChangesRequest"] = "reported by an agent of attachments that it was never given",
        ["ecs SubmitTaskStateChangeRequest.Attachments"] =
            "reported by an agent of attachments that it was never given",
        ["ecs TaskVolumeConfiguration"] = Refused,
        ["ecs UpdateManagedInstancesProviderConfiguration"] = Refused,
        ["ecs VersionInfo.DockerVersion"] = Kept,
        ["ecs VpcLatticeConfiguration"] = Refused,
        ["iam ListAccountAliasesRequest"] = "an account has one alias at most, so that there is one page",
        ["iam ListPoliciesGrantingServiceAccessRequest.Marker"] = "the first page has all",
        ["elbv2 AuthenticateCognitoActionConfig"] = Refused,
        ["elbv2 AuthenticateOidcActionConfig"] = Refused,
        ["elbv2 ElbV2Action.Order"] = "kept and shown; a rule has one action, so that nothing has to be ordered",
        ["elbv2 JwtValidationActionConfig"] = Refused,
        ["logs DescribeConfigurationTemplatesRequest.Limit"] = "there is one template",
        ["logs S3DeliveryConfiguration"] = Refused,
        ["logs DataSourceFilter"] = "no log group has a data source",
        ["logs QueryParameter"] = Kept,
        ["logs FilterLogEventsRequest.Interleaved"] = "ignored by AWS too: events are always interleaved",
        ["logs FilterLogEventsRequest.Unmask"] = "nothing is masked",
        ["logs GetLogEventsRequest.Unmask"] = "nothing is masked",
        ["logs PutLogEventsRequest.Entity"] = "only says what AWS's console shows beside the events",
        ["logs PutLogEventsRequest.SequenceToken"] = "ignored by AWS too",
        ["servicediscovery HealthCheckConfig"] = Refused,
        ["servicediscovery HealthCheckCustomConfig.FailureThreshold"] = "always one on AWS too",
        ["sts ProvidedContext"] = Refused,
    };

    internal static IReadOnlyDictionary<string, string> All { get; } =
        Reviewed
            .Concat(
                NothingThere.Select(request => KeyValuePair.Create(request, "there is none, whatever is asked for"))
            )
            .ToDictionary(StringComparer.Ordinal);
}
