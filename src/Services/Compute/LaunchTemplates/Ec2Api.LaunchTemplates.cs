using System.Security.Cryptography;
using Estiba.Compute.Describing;
using Estiba.Compute.LaunchTemplates;
using Estiba.Compute.Tags;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;
using Estiba.State;

namespace Estiba.Compute;

/// <content>Launch templates and their versions ("Store instance launch parameters in Amazon EC2 launch templates", user
/// guide).</content>
public sealed partial class Ec2Api
{
    private const int MostTemplates = 5000;
    private const int MostVersions = 10_000;
    private const int MostTemplatesShown = 200;

    private static readonly FilterSet<LaunchTemplate> TemplateFilters = new(
        ShapeFilters.Of<LaunchTemplate>("create-time", "launch-template-name"),
        template => template.Tags ?? []
    );

    private static readonly FilterSet<LaunchTemplateVersion> VersionFilters = new(
        ShapeFilters.Of<LaunchTemplateVersion>(
            "create-time",
            "ebs-optimized = LaunchTemplateData.EbsOptimized",
            "http-endpoint = LaunchTemplateData.MetadataOptions.HttpEndpoint",
            "http-protocol-ipv4 = LaunchTemplateData.MetadataOptions.HttpEndpoint",
            "host-resource-group-arn = LaunchTemplateData.Placement.HostResourceGroupArn",
            "http-tokens = LaunchTemplateData.MetadataOptions.HttpTokens",
            "iam-instance-profile = LaunchTemplateData.IamInstanceProfile.Arn",
            "image-id = LaunchTemplateData.ImageId",
            "instance-type = LaunchTemplateData.InstanceType",
            "is-default-version = DefaultVersion",
            "kernel-id = LaunchTemplateData.KernelId",
            "license-configuration-arn = LaunchTemplateData.LicenseSpecifications.LicenseConfigurationArn",
            "network-card-index = LaunchTemplateData.NetworkInterfaces.NetworkCardIndex",
            "ram-disk-id = LaunchTemplateData.RamDiskId"
        )
    );

    /// <inheritdoc />
    public async Task<CreateLaunchTemplateResult> CreateLaunchTemplateAsync(
        CreateLaunchTemplateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TemplateData.Check(request.LaunchTemplateData!);
        var tags = ResourceTags.FromSpecifications(request.TagSpecifications, "launch-template");
        Ec2Requests.EndDryRun(request.DryRun);
        var hash = HashOf(request with { DryRun = null });
        var template = await _store.CommitAsync(
            transaction =>
            {
                var book = new TemplateBook(transaction, context);
                var known = book.FindByName(request.LaunchTemplateName!);
                if (known is not null)
                    return
                        request.ClientToken is { Length: > 0 } token
                        && known.ClientToken == token
                        && known.RequestHash == hash
                        ? known
                        : throw new AwsException(
                            "InvalidLaunchTemplateName.AlreadyExistsException",
                            "Launch template name already in use."
                        );
                if (book.All().Count() >= MostTemplates)
                    throw new AwsException(
                        "LaunchTemplateLimitExceeded",
                        $"The maximum number of launch templates, {MostTemplates}, has been reached."
                    );
                var made = new LaunchTemplateRecord
                {
                    AccountId = context.AccountId,
                    Region = context.Region,
                    LaunchTemplateId = _ids.New("lt-"),
                    Name = request.LaunchTemplateName!,
                    CreatedAt = _time.GetUtcNow(),
                    CreatedBy = context.PrincipalArn,
                    ClientToken = request.ClientToken,
                    RequestHash = hash,
                };
                transaction.Put(ComputeTables.LaunchTemplates, made);
                transaction.Put(
                    ComputeTables.LaunchTemplateVersions,
                    VersionOf(made, 1, request.VersionDescription, request.LaunchTemplateData!, context)
                );
                ResourceTags.Put(transaction, context, made.LaunchTemplateId, "launch-template", tags);
                return made;
            },
            cancellation
        );
        return new CreateLaunchTemplateResult { LaunchTemplate = Describe(_store.Current, context, template) };
    }

    /// <inheritdoc />
    public async Task<CreateLaunchTemplateVersionResult> CreateLaunchTemplateVersionAsync(
        CreateLaunchTemplateVersionRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        TemplateData.Check(request.LaunchTemplateData!);
        if (request.ResolveAlias == true)
            throw Ec2Requests.Unsupported("Systems Manager parameters as images");
        Ec2Requests.EndDryRun(request.DryRun);
        var hash = HashOf(request with { DryRun = null });
        var (template, version) = await _store.CommitAsync(
            transaction =>
            {
                var book = new TemplateBook(transaction, context);
                var before = book.Get(request.LaunchTemplateId, request.LaunchTemplateName);
                if (
                    request.ClientToken is { Length: > 0 } token
                    && book.Versions(before).FirstOrDefault(each => each.ClientToken == token) is { } made
                )
                    return made.RequestHash == hash
                        ? (before, made)
                        : throw new AwsException(
                            "IdempotentParameterMismatch",
                            "Arguments on this idempotent request are inconsistent with arguments used in previous "
                                + "request(s)."
                        );
                if (before.LatestVersion >= MostVersions)
                    throw new AwsException(
                        "VersionLimitExceeded",
                        $"The maximum number of versions of a launch template, {MostVersions}, has been reached."
                    );
                var data = request.LaunchTemplateData!;
                if (request.SourceVersion is { Length: > 0 } source)
                    data = TemplateData.Over(book.GetVersion(before, source).Data, data);
                var after = before with { LatestVersion = before.LatestVersion + 1 };
                var added = VersionOf(after, after.LatestVersion, request.VersionDescription, data, context) with
                {
                    ClientToken = request.ClientToken,
                    RequestHash = hash,
                };
                transaction.Put(ComputeTables.LaunchTemplates, after);
                transaction.Put(ComputeTables.LaunchTemplateVersions, added);
                return (after, added);
            },
            cancellation
        );
        return new CreateLaunchTemplateVersionResult { LaunchTemplateVersion = Describe(template, version) };
    }

    /// <inheritdoc />
    public Task<DescribeLaunchTemplatesResult> DescribeLaunchTemplatesAsync(
        DescribeLaunchTemplatesRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, 1, MostTemplatesShown);
        var matches = TemplateFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);
        var view = _store.Current;
        var book = new TemplateBook(view, context);
        ResourceKind.LaunchTemplate.Require(request.LaunchTemplateIds, id =>
            view.Find(ComputeTables.LaunchTemplates, Scope.Of(context).Key(id)) is not null
        );
        if (request.LaunchTemplateNames?.All(name => book.FindByName(name) is not null) == false)
            throw TemplateBook.NoneOfName();
        var isNamed = request.LaunchTemplateIds is { Count: > 0 } || request.LaunchTemplateNames is { Count: > 0 };
        var page = Page.Of(
            book.All()
                .Where(template =>
                    !isNamed
                    || request.LaunchTemplateIds?.Contains(template.LaunchTemplateId) == true
                    || request.LaunchTemplateNames?.Contains(template.Name) == true
                )
                .Select(template => Describe(view, context, template))
                .Where(matches),
            template => template.LaunchTemplateId!,
            request.MaxResults ?? MostTemplatesShown,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeLaunchTemplatesResult { LaunchTemplates = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public Task<DescribeLaunchTemplateVersionsResult> DescribeLaunchTemplateVersionsAsync(
        DescribeLaunchTemplateVersionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Page.CheckMaxResults(request.MaxResults, 1, MostTemplatesShown);
        if (request.ResolveAlias == true)
            throw Ec2Requests.Unsupported("Systems Manager parameters as images");
        if (
            request.Versions is { Count: > 0 }
            && (!string.IsNullOrEmpty(request.MinVersion) || !string.IsNullOrEmpty(request.MaxVersion))
        )
            throw Ec2Requests.Combination("Versions cannot be specified with MinVersion or MaxVersion.");
        var matches = VersionFilters.Compile(request.Filters);
        Ec2Requests.EndDryRun(request.DryRun);
        var page = Page.Of(
            Asked(new TemplateBook(_store.Current, context), request)
                .Select(each => Describe(each.Template, each.Version))
                .Where(matches),
            // The newest first.
            version => $"{version.LaunchTemplateId}/{long.MaxValue - version.VersionNumber:D19}",
            request.MaxResults ?? MostTemplatesShown,
            request.NextToken,
            request,
            context
        );
        return Task.FromResult(
            new DescribeLaunchTemplateVersionsResult { LaunchTemplateVersions = page.Items, NextToken = page.NextToken }
        );
    }

    /// <inheritdoc />
    public async Task<ModifyLaunchTemplateResult> ModifyLaunchTemplateAsync(
        ModifyLaunchTemplateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        if (string.IsNullOrEmpty(request.DefaultVersion))
            throw Ec2Requests.Missing("SetDefaultVersion");
        Ec2Requests.EndDryRun(request.DryRun);
        var template = await _store.CommitAsync(
            transaction =>
            {
                var book = new TemplateBook(transaction, context);
                var before = book.Get(request.LaunchTemplateId, request.LaunchTemplateName);
                var version = book.GetVersion(before, request.DefaultVersion);
                var after = before with { DefaultVersion = version.Version };
                transaction.Put(ComputeTables.LaunchTemplates, after);
                return after;
            },
            cancellation
        );
        return new ModifyLaunchTemplateResult { LaunchTemplate = Describe(_store.Current, context, template) };
    }

    /// <inheritdoc />
    public async Task<DeleteLaunchTemplateResult> DeleteLaunchTemplateAsync(
        DeleteLaunchTemplateRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        var deleted = await _store.CommitAsync(
            transaction =>
            {
                var book = new TemplateBook(transaction, context);
                var template = book.Get(request.LaunchTemplateId, request.LaunchTemplateName);
                var shown = Describe(transaction, context, template);
                foreach (var version in book.Versions(template).ToList())
                    transaction.Delete(ComputeTables.LaunchTemplateVersions, ComputeTables.KeyOf(version));
                transaction.Delete(ComputeTables.LaunchTemplates, ComputeTables.KeyOf(template));
                ResourceTags.DeleteAll(transaction, context.AccountId, context.Region, template.LaunchTemplateId);
                return shown;
            },
            cancellation
        );
        return new DeleteLaunchTemplateResult { LaunchTemplate = deleted };
    }

    /// <inheritdoc />
    public async Task<DeleteLaunchTemplateVersionsResult> DeleteLaunchTemplateVersionsAsync(
        DeleteLaunchTemplateVersionsRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        Ec2Requests.EndDryRun(request.DryRun);
        return await _store.CommitAsync(
            transaction =>
            {
                var book = new TemplateBook(transaction, context);
                var template = book.Get(request.LaunchTemplateId, request.LaunchTemplateName);
                var deleted = new List<DeleteLaunchTemplateVersionsResponseSuccessItem>();
                var refused = new List<DeleteLaunchTemplateVersionsResponseErrorItem>();
                foreach (var number in request.Versions!.Select(text => TemplateBook.NumberOf(template, text)))
                {
                    if (book.FindVersion(template, number) is not { } version)
                        refused.Add(
                            Refused(
                                template,
                                number,
                                "launchTemplateVersionDoesNotExist",
                                "The specified launch template version does not exist."
                            )
                        );
                    else if (number == template.DefaultVersion)
                        refused.Add(
                            Refused(
                                template,
                                number,
                                "unexpectedError",
                                "The default version of a launch template cannot be deleted. Set another one first."
                            )
                        );
                    else
                    {
                        transaction.Delete(ComputeTables.LaunchTemplateVersions, ComputeTables.KeyOf(version));
                        deleted.Add(
                            new DeleteLaunchTemplateVersionsResponseSuccessItem
                            {
                                LaunchTemplateId = template.LaunchTemplateId,
                                LaunchTemplateName = template.Name,
                                VersionNumber = number,
                            }
                        );
                    }
                }
                return new DeleteLaunchTemplateVersionsResult
                {
                    SuccessfullyDeletedLaunchTemplateVersions = deleted,
                    UnsuccessfullyDeletedLaunchTemplateVersions = refused,
                };
            },
            cancellation
        );
    }

    // Without a template, the newest and default versions of all are asked for.
    private static IEnumerable<(LaunchTemplateRecord Template, LaunchTemplateVersionRecord Version)> Asked(
        TemplateBook book,
        DescribeLaunchTemplateVersionsRequest request
    )
    {
        var wanted = request.Versions ?? [];
        if (string.IsNullOrEmpty(request.LaunchTemplateId) && string.IsNullOrEmpty(request.LaunchTemplateName))
        {
            if (wanted.Count == 0 || wanted.Any(text => text is not (TemplateBook.Latest or TemplateBook.Default)))
                throw Ec2Requests.Missing("LaunchTemplateId or LaunchTemplateName");
            return book.All()
                .OrderBy(template => template.LaunchTemplateId, StringComparer.Ordinal)
                .SelectMany(template => Chosen(template));
        }

        var named = book.Get(request.LaunchTemplateId, request.LaunchTemplateName);
        if (wanted.Count > 0)
            return Chosen(named);
        var least = string.IsNullOrEmpty(request.MinVersion) ? 1 : TemplateBook.NumberOf(named, request.MinVersion);
        var most = string.IsNullOrEmpty(request.MaxVersion)
            ? long.MaxValue
            : TemplateBook.NumberOf(named, request.MaxVersion);
        return book.Versions(named)
            .Where(version => version.Version >= least && version.Version <= most)
            .Reverse()
            .Select(version => (named, version));

        IEnumerable<(LaunchTemplateRecord, LaunchTemplateVersionRecord)> Chosen(LaunchTemplateRecord template) =>
            wanted
                .Select(text => book.GetVersion(template, text))
                .DistinctBy(version => version.Version)
                .OrderByDescending(version => version.Version)
                .Select(version => (template, version));
    }

    private LaunchTemplateVersionRecord VersionOf(
        LaunchTemplateRecord template,
        long number,
        string? description,
        RequestLaunchTemplateData data,
        CallContext context
    ) =>
        new()
        {
            AccountId = template.AccountId,
            Region = template.Region,
            LaunchTemplateId = template.LaunchTemplateId,
            Version = number,
            CreatedAt = _time.GetUtcNow(),
            CreatedBy = context.PrincipalArn,
            Description = description,
            Data = data,
        };

    private static LaunchTemplate Describe(View view, CallContext context, LaunchTemplateRecord template) =>
        new()
        {
            LaunchTemplateId = template.LaunchTemplateId,
            LaunchTemplateName = template.Name,
            CreateTime = template.CreatedAt,
            CreatedBy = template.CreatedBy,
            DefaultVersionNumber = template.DefaultVersion,
            LatestVersionNumber = template.LatestVersion,
            Tags = ResourceTags.OrNone(view, context, template.LaunchTemplateId),
        };

    private static LaunchTemplateVersion Describe(LaunchTemplateRecord template, LaunchTemplateVersionRecord version) =>
        new()
        {
            LaunchTemplateId = template.LaunchTemplateId,
            LaunchTemplateName = template.Name,
            VersionNumber = version.Version,
            VersionDescription = version.Description,
            CreateTime = version.CreatedAt,
            CreatedBy = version.CreatedBy,
            DefaultVersion = version.Version == template.DefaultVersion,
            LaunchTemplateData = TemplateData.ToResponse(version.Data),
        };

    private static DeleteLaunchTemplateVersionsResponseErrorItem Refused(
        LaunchTemplateRecord template,
        long number,
        string code,
        string message
    ) =>
        new()
        {
            LaunchTemplateId = template.LaunchTemplateId,
            LaunchTemplateName = template.Name,
            VersionNumber = number,
            ResponseError = new ResponseError { Code = code, Message = message },
        };

    private static string HashOf(IShape request) =>
        Convert.ToHexStringLower(SHA256.HashData(ShapeJson.ToUtf8(request)));
}
