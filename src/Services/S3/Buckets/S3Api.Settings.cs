using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.S3.Buckets;
using Estiba.S3.Objects;

namespace Estiba.S3;

/// <content>The settings of buckets: versioning, tags, encryption, policies and access.</content>
public sealed partial class S3Api
{
    private const int LargestPolicy = 20 * 1024;
    private const int MostCorsRules = 100;

    private static readonly string[] CorsMethods = ["GET", "PUT", "HEAD", "POST", "DELETE"];

    /// <inheritdoc/>
    public Task<GetBucketVersioningOutput> GetBucketVersioningAsync(
        GetBucketVersioningRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new GetBucketVersioningOutput
            {
                Status = Require(request.Bucket!, request.ExpectedBucketOwner, context).Versioning,
            }
        );

    /// <inheritdoc/>
    public async Task<PutBucketVersioningResponse> PutBucketVersioningAsync(
        PutBucketVersioningRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.VersioningConfiguration!.MFADelete == MFADelete.Enabled || request.MFA is not null)
            throw S3Faults.NotImplemented("MFA delete");
        var status = request.VersioningConfiguration.Status;
        if (status is not (BucketVersioningStatus.Enabled or BucketVersioningStatus.Suspended))
            throw new AwsException(
                "IllegalVersioningConfigurationException",
                "The Versioning element must be specified"
            );
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Versioning = status },
            cancellation
        );
        return new PutBucketVersioningResponse();
    }

    /// <inheritdoc/>
    public Task<GetBucketTaggingOutput> GetBucketTaggingAsync(
        GetBucketTaggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return bucket.Tags.Count > 0
            ? Task.FromResult(new GetBucketTaggingOutput { TagSet = bucket.Tags })
            : throw S3Faults.NotConfigured("NoSuchTagSet", "The TagSet does not exist");
    }

    /// <inheritdoc/>
    public async Task<PutBucketTaggingResponse> PutBucketTaggingAsync(
        PutBucketTaggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var tags = ObjectTags.Check(request.Tagging!.TagSet ?? [], ObjectTags.MostOfBucket);
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Tags = tags },
            cancellation
        );
        return new PutBucketTaggingResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketTaggingResponse> DeleteBucketTaggingAsync(
        DeleteBucketTaggingRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Tags = [] },
            cancellation
        );
        return new DeleteBucketTaggingResponse();
    }

    /// <inheritdoc/>
    public Task<GetBucketEncryptionOutput> GetBucketEncryptionAsync(
        GetBucketEncryptionRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new GetBucketEncryptionOutput
            {
                ServerSideEncryptionConfiguration = Require(
                    request.Bucket!,
                    request.ExpectedBucketOwner,
                    context
                ).Encryption
                    ?? new ServerSideEncryptionConfiguration
                    {
                        Rules =
                        [
                            new ServerSideEncryptionRule
                            {
                                ApplyServerSideEncryptionByDefault = new ServerSideEncryptionByDefault
                                {
                                    SSEAlgorithm = ServerSideEncryption.Aes256,
                                },
                                BucketKeyEnabled = false,
                            },
                        ],
                    },
            }
        );

    /// <inheritdoc/>
    public async Task<PutBucketEncryptionResponse> PutBucketEncryptionAsync(
        PutBucketEncryptionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var configuration = request.ServerSideEncryptionConfiguration!;
        if (configuration.Rules is not [{ } rule])
            throw S3Faults.MalformedXml;
        if (
            rule.ApplyServerSideEncryptionByDefault is
            { SSEAlgorithm: ServerSideEncryption.Aes256, KMSMasterKeyID: not null }
        )
            throw S3Faults.InvalidArgument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms"
            );
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Encryption = configuration },
            cancellation
        );
        return new PutBucketEncryptionResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketEncryptionResponse> DeleteBucketEncryptionAsync(
        DeleteBucketEncryptionRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Encryption = null },
            cancellation
        );
        return new DeleteBucketEncryptionResponse();
    }

    /// <inheritdoc/>
    public Task<GetBucketPolicyOutput> GetBucketPolicyAsync(
        GetBucketPolicyRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new GetBucketPolicyOutput { Policy = PolicyOf(request.Bucket!, request.ExpectedBucketOwner, context) }
        );

    /// <inheritdoc/>
    public Task<GetBucketPolicyStatusOutput> GetBucketPolicyStatusAsync(
        GetBucketPolicyStatusRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        PolicyOf(request.Bucket!, request.ExpectedBucketOwner, context);
        // No policy opens a bucket to the public here: who is not signed in is refused.
        return Task.FromResult(
            new GetBucketPolicyStatusOutput { PolicyStatus = new PolicyStatus { IsPublic = false } }
        );
    }

    /// <inheritdoc/>
    public async Task<PutBucketPolicyResponse> PutBucketPolicyAsync(
        PutBucketPolicyRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        CheckPolicy(request.Policy!);
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Policy = request.Policy },
            cancellation
        );
        return new PutBucketPolicyResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketPolicyResponse> DeleteBucketPolicyAsync(
        DeleteBucketPolicyRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Policy = null },
            cancellation
        );
        return new DeleteBucketPolicyResponse();
    }

    /// <inheritdoc/>
    public Task<GetPublicAccessBlockOutput> GetPublicAccessBlockAsync(
        GetPublicAccessBlockRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new GetPublicAccessBlockOutput
            {
                PublicAccessBlockConfiguration = Require(
                    request.Bucket!,
                    request.ExpectedBucketOwner,
                    context
                ).PublicAccessBlock
                    ?? throw S3Faults.NotConfigured(
                        "NoSuchPublicAccessBlockConfiguration",
                        "The public access block configuration was not found"
                    ),
            }
        );

    /// <inheritdoc/>
    public async Task<PutPublicAccessBlockResponse> PutPublicAccessBlockAsync(
        PutPublicAccessBlockRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var given = request.PublicAccessBlockConfiguration!;
        var block = new PublicAccessBlockConfiguration
        {
            BlockPublicAcls = given.BlockPublicAcls ?? false,
            IgnorePublicAcls = given.IgnorePublicAcls ?? false,
            BlockPublicPolicy = given.BlockPublicPolicy ?? false,
            RestrictPublicBuckets = given.RestrictPublicBuckets ?? false,
        };
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { PublicAccessBlock = block },
            cancellation
        );
        return new PutPublicAccessBlockResponse();
    }

    /// <inheritdoc/>
    public async Task<DeletePublicAccessBlockResponse> DeletePublicAccessBlockAsync(
        DeletePublicAccessBlockRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { PublicAccessBlock = null },
            cancellation
        );
        return new DeletePublicAccessBlockResponse();
    }

    /// <inheritdoc/>
    public Task<GetBucketOwnershipControlsOutput> GetBucketOwnershipControlsAsync(
        GetBucketOwnershipControlsRequest request,
        CallContext context,
        CancellationToken cancellation
    ) =>
        Task.FromResult(
            new GetBucketOwnershipControlsOutput
            {
                OwnershipControls = Require(request.Bucket!, request.ExpectedBucketOwner, context).Ownership
                    ?? throw S3Faults.NotConfigured(
                        "OwnershipControlsNotFoundError",
                        "The bucket ownership controls were not found"
                    ),
            }
        );

    /// <inheritdoc/>
    public async Task<PutBucketOwnershipControlsResponse> PutBucketOwnershipControlsAsync(
        PutBucketOwnershipControlsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.OwnershipControls!.Rules is not [_])
            throw S3Faults.MalformedXml;
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Ownership = request.OwnershipControls },
            cancellation
        );
        return new PutBucketOwnershipControlsResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketOwnershipControlsResponse> DeleteBucketOwnershipControlsAsync(
        DeleteBucketOwnershipControlsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Ownership = null },
            cancellation
        );
        return new DeleteBucketOwnershipControlsResponse();
    }

    /// <inheritdoc/>
    public Task<GetBucketCorsOutput> GetBucketCorsAsync(
        GetBucketCorsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        var bucket = Require(request.Bucket!, request.ExpectedBucketOwner, context);
        return bucket.Cors.Count > 0
            ? Task.FromResult(new GetBucketCorsOutput { CORSRules = bucket.Cors })
            : throw S3Faults.NotConfigured("NoSuchCORSConfiguration", "The CORS configuration does not exist");
    }

    /// <inheritdoc/>
    public async Task<PutBucketCorsResponse> PutBucketCorsAsync(
        PutBucketCorsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (request.CORSConfiguration!.CORSRules is not { Count: > 0 and <= MostCorsRules } rules)
            throw S3Faults.MalformedXml;
        foreach (var method in rules.SelectMany(rule => rule.AllowedMethods ?? []))
            if (Array.IndexOf(CorsMethods, method) < 0)
                throw S3Errors.InvalidRequest(
                    $"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
                );
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Cors = rules },
            cancellation
        );
        return new PutBucketCorsResponse();
    }

    /// <inheritdoc/>
    public async Task<DeleteBucketCorsResponse> DeleteBucketCorsAsync(
        DeleteBucketCorsRequest request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        await ChangeAsync(
            request.Bucket!,
            request.ExpectedBucketOwner,
            context,
            bucket => bucket with { Cors = [] },
            cancellation
        );
        return new DeleteBucketCorsResponse();
    }

    private string PolicyOf(string name, string? expectedOwner, CallContext context) =>
        Require(name, expectedOwner, context).Policy
        ?? throw S3Faults.NotConfigured("NoSuchBucketPolicy", "The bucket policy does not exist");

    private static void CheckPolicy(string policy)
    {
        if (policy.Length > LargestPolicy)
            throw Malformed("Policy exceeds the maximum allowed document size.");
        try
        {
            using var document = JsonDocument.Parse(policy);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                throw Malformed("Policies must be valid JSON and the first byte must be '{'");
            if (!root.TryGetProperty("Statement", out var statements))
                throw Malformed("Missing required field Statement");
            var each =
                statements.ValueKind == JsonValueKind.Array ? statements.EnumerateArray().ToList() : [statements];
            foreach (var statement in each)
                CheckStatement(statement);
        }
        catch (JsonException)
        {
            throw Malformed("Policies must be valid JSON and the first byte must be '{'");
        }
    }

    private static void CheckStatement(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object)
            throw Malformed("Invalid policy syntax.");
        foreach (
            var choices in new[]
            {
                ["Effect"],
                ["Action", "NotAction"],
                ["Principal", "NotPrincipal"],
                new[] { "Resource", "NotResource" },
            }
        )
            if (!Array.Exists(choices, name => statement.TryGetProperty(name, out _)))
                throw Malformed($"Missing required field {choices[0]}");
    }

    private static AwsException Malformed(string message) => new("MalformedPolicy", message);
}
