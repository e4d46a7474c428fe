namespace Estiba.Tests.Platforms;

/// <summary>The members of requests of Amazon S3 that no code reads, by why none has to.</summary>
internal static class UnreadS3Members
{
    private static readonly (string Why, string[] Members)[] Groups =
    [
        (
            "refused with the algorithm that it is for",
            [
                "CompleteMultipartUploadRequest.SSECustomerKey",
                "CompleteMultipartUploadRequest.SSECustomerKeyMD5",
                "CopyObjectRequest.CopySourceSSECustomerKey",
                "CopyObjectRequest.CopySourceSSECustomerKeyMD5",
                "CopyObjectRequest.SSECustomerKey",
                "CopyObjectRequest.SSECustomerKeyMD5",
                "CreateMultipartUploadRequest.SSECustomerKey",
                "CreateMultipartUploadRequest.SSECustomerKeyMD5",
                "GetObjectAttributesRequest.SSECustomerKey",
                "GetObjectAttributesRequest.SSECustomerKeyMD5",
                "GetObjectRequest.SSECustomerKey",
                "GetObjectRequest.SSECustomerKeyMD5",
                "HeadObjectRequest.SSECustomerKey",
                "HeadObjectRequest.SSECustomerKeyMD5",
                "ListPartsRequest.SSECustomerKey",
                "ListPartsRequest.SSECustomerKeyMD5",
                "PutObjectRequest.SSECustomerKey",
                "PutObjectRequest.SSECustomerKeyMD5",
                "UploadPartCopyRequest.CopySourceSSECustomerKey",
                "UploadPartCopyRequest.CopySourceSSECustomerKeyMD5",
                "UploadPartCopyRequest.SSECustomerKey",
                "UploadPartCopyRequest.SSECustomerKeyMD5",
                "UploadPartRequest.SSECustomerKey",
                "UploadPartRequest.SSECustomerKeyMD5",
            ]
        ),
        (
            "the owner pays, whoever asks",
            [
                "AbortMultipartUploadRequest.RequestPayer",
                "CompleteMultipartUploadRequest.RequestPayer",
                "CopyObjectRequest.RequestPayer",
                "CreateMultipartUploadRequest.RequestPayer",
                "DeleteObjectRequest.RequestPayer",
                "DeleteObjectsRequest.RequestPayer",
                "GetBucketAccelerateConfigurationRequest.RequestPayer",
                "GetObjectAclRequest.RequestPayer",
                "GetObjectAttributesRequest.RequestPayer",
                "GetObjectRequest.RequestPayer",
                "GetObjectTaggingRequest.RequestPayer",
                "HeadObjectRequest.RequestPayer",
                "ListMultipartUploadsRequest.RequestPayer",
                "ListObjectVersionsRequest.RequestPayer",
                "ListObjectsRequest.RequestPayer",
                "ListObjectsV2Request.RequestPayer",
                "ListPartsRequest.RequestPayer",
                "PutObjectAclRequest.RequestPayer",
                "PutObjectRequest.RequestPayer",
                "PutObjectTaggingRequest.RequestPayer",
                "UploadPartCopyRequest.RequestPayer",
                "UploadPartRequest.RequestPayer",
            ]
        ),
        (
            "compared with the body by the gateway",
            [
                "DeleteObjectsRequest.ChecksumAlgorithm",
                "PutBucketAclRequest.ChecksumAlgorithm",
                "PutBucketAclRequest.ContentMD5",
                "PutBucketCorsRequest.ChecksumAlgorithm",
                "PutBucketCorsRequest.ContentMD5",
                "PutBucketEncryptionRequest.ChecksumAlgorithm",
                "PutBucketEncryptionRequest.ContentMD5",
                "PutBucketLifecycleConfigurationRequest.ChecksumAlgorithm",
                "PutBucketLoggingRequest.ChecksumAlgorithm",
                "PutBucketLoggingRequest.ContentMD5",
                "PutBucketOwnershipControlsRequest.ChecksumAlgorithm",
                "PutBucketOwnershipControlsRequest.ContentMD5",
                "PutBucketPolicyRequest.ChecksumAlgorithm",
                "PutBucketPolicyRequest.ContentMD5",
                "PutBucketTaggingRequest.ChecksumAlgorithm",
                "PutBucketTaggingRequest.ContentMD5",
                "PutBucketVersioningRequest.ChecksumAlgorithm",
                "PutBucketVersioningRequest.ContentMD5",
                "PutObjectAclRequest.ChecksumAlgorithm",
                "PutObjectAclRequest.ContentMD5",
                "PutObjectRequest.ContentMD5",
                "PutObjectTaggingRequest.ChecksumAlgorithm",
                "PutObjectTaggingRequest.ContentMD5",
                "PutPublicAccessBlockRequest.ChecksumAlgorithm",
                "PutPublicAccessBlockRequest.ContentMD5",
                "UploadPartRequest.ContentMD5",
            ]
        ),
        (
            "only the grant that an owner has anyway is taken",
            ["AccessControlPolicy.Owner", "Grantee.DisplayName", "Grantee.EmailAddress", "Grantee.Type", "Grantee.URI"]
        ),
        (
            "nothing is encrypted by KMS",
            [
                "CopyObjectRequest.SSEKMSEncryptionContext",
                "CreateMultipartUploadRequest.SSEKMSEncryptionContext",
                "PutObjectRequest.SSEKMSEncryptionContext",
            ]
        ),
        (
            "no bucket has object lock",
            [
                "CopyObjectRequest.ObjectLockEventHoldDurationDays",
                "CopyObjectRequest.ObjectLockEventHoldDurationYears",
                "CreateMultipartUploadRequest.ObjectLockEventHoldDurationDays",
                "CreateMultipartUploadRequest.ObjectLockEventHoldDurationYears",
                "DeleteObjectRequest.BypassGovernanceRetention",
                "DeleteObjectsRequest.BypassGovernanceRetention",
                "PutObjectRequest.ObjectLockEventHoldDurationDays",
                "PutObjectRequest.ObjectLockEventHoldDurationYears",
            ]
        ),
        (
            "policies are not enforced, so that none locks anybody out",
            ["PutBucketPolicyRequest.ConfirmRemoveSelfBucketAccess"]
        ),
        (
            "destinations are refused, so that none is validated",
            ["PutBucketNotificationConfigurationRequest.SkipDestinationValidation"]
        ),
        (
            "refused as a whole",
            [
                "BucketInfo.DataRedundancy",
                "BucketInfo.Type",
                "LambdaFunctionConfiguration.Events",
                "LambdaFunctionConfiguration.Filter",
                "LambdaFunctionConfiguration.Id",
                "LambdaFunctionConfiguration.LambdaFunctionArn",
                "LocationInfo.Name",
                "LocationInfo.Type",
                "LoggingEnabled.TargetBucket",
                "LoggingEnabled.TargetGrants",
                "LoggingEnabled.TargetObjectKeyFormat",
                "LoggingEnabled.TargetPrefix",
                "QueueConfiguration.Events",
                "QueueConfiguration.Filter",
                "QueueConfiguration.Id",
                "QueueConfiguration.QueueArn",
                "TopicConfiguration.Events",
                "TopicConfiguration.Filter",
                "TopicConfiguration.Id",
                "TopicConfiguration.TopicArn",
            ]
        ),
        (
            "kept and shown as a whole",
            [
                "CORSRule.AllowedHeaders",
                "CORSRule.AllowedOrigins",
                "CORSRule.ExposeHeaders",
                "CORSRule.ID",
                "CORSRule.MaxAgeSeconds",
                "NoncurrentVersionTransition.NewerNoncurrentVersions",
                "ServerSideEncryptionRule.BlockedEncryptionTypes",
            ]
        ),
        (
            "nothing is archived, so that nothing was restored",
            [
                "ListObjectVersionsRequest.OptionalObjectAttributes",
                "ListObjectsRequest.OptionalObjectAttributes",
                "ListObjectsV2Request.OptionalObjectAttributes",
            ]
        ),
        ("MFA delete is refused, so that nothing needs one", ["DeleteObjectRequest.MFA", "DeleteObjectsRequest.MFA"]),
        ("there are no annotations", ["CopyObjectRequest.AnnotationDirective"]),
    ];

    internal static IEnumerable<KeyValuePair<string, string>> All =>
        Groups.SelectMany(group => group.Members.Select(member => KeyValuePair.Create($"s3 {member}", group.Why)));
}
