using Estiba.Contracts;
using Estiba.Contracts.Ecs;
using Estiba.Contracts.ServiceDiscovery;
using CloudMapTag = Estiba.Contracts.ServiceDiscovery.Tag;
using CreateCloudMapService = Estiba.Contracts.ServiceDiscovery.CreateServiceRequest;
using DeleteCloudMapService = Estiba.Contracts.ServiceDiscovery.DeleteServiceRequest;
using ListCloudMapServices = Estiba.Contracts.ServiceDiscovery.ListServicesRequest;
using ListCloudMapTags = Estiba.Contracts.ServiceDiscovery.ListTagsForResourceRequest;
using Task = System.Threading.Tasks.Task;

namespace Estiba.Ecs.ServiceRegistries;

/// <summary>The namespaces of Service Connect, and what ECS makes in them.</summary>
/// <param name="discovery">Cloud Map, called as <see cref="Registries.Service"/>.</param>
/// <param name="ids">Makes request ids.</param>
/// <param name="time">The clock.</param>
internal sealed class ServiceConnectNamespaces(IServiceDiscoveryApi discovery, EcsIds ids, TimeProvider time)
{
    private const string ManagedTag = "AmazonECSManaged";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>A namespace that is there, of any type.</summary>
    /// <param name="nameOrArn">Its name, or its ARN.</param>
    /// <param name="context">Who asks.</param>
    /// <param name="cancellation">The caller has left.</param>
    /// <exception cref="AwsException"><c>NamespaceNotFoundException</c></exception>
    internal async Task<ConnectNamespace> RequireAsync(
        string nameOrArn,
        CallContext context,
        CancellationToken cancellation
    ) => await FindAsync(nameOrArn, context, cancellation) ?? throw NotFound(nameOrArn);

    /// <summary>A namespace; one with a new name is made, to be discovered by calls alone.</summary>
    /// <exception cref="AwsException"><c>NamespaceNotFoundException</c>: there is none with that ARN;
    /// <c>InvalidParameterException</c>: none can have that name.</exception>
    internal async Task<ConnectNamespace> EnsureAsync(
        string nameOrArn,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (await FindAsync(nameOrArn, context, cancellation) is { } found)
            return found;
        if (Arn.IsArn(nameOrArn))
            throw NotFound(nameOrArn);
        try
        {
            var request = new CreateHttpNamespaceRequest
            {
                Name = nameOrArn,
                CreatorRequestId = ids.Unique(),
                Tags = [new CloudMapTag { Key = ManagedTag, Value = "true" }],
            };
            var operation = (await discovery.CreateHttpNamespaceAsync(request, context, cancellation)).OperationId!;
            await AwaitAsync(operation, context, cancellation);
        }
        catch (AwsException refused) when (refused.Code is "InvalidInput" or "ResourceLimitExceeded")
        {
            throw EcsErrors.InvalidParameterException(refused.Message);
        }
        catch (AwsException taken) when (taken.Code is "NamespaceAlreadyExists" or "DuplicateRequest")
        {
            // Somebody else was quicker.
        }

        return await RequireAsync(nameOrArn, context, cancellation);
    }

    /// <summary>The service of an endpoint, which is made where there is none.</summary>
    /// <returns>Its ARN.</returns>
    /// <exception cref="AwsException"><c>InvalidParameterException</c>: there is one that is not ECS's.</exception>
    internal async Task<string> EnsureServiceAsync(
        string namespaceArn,
        string name,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (await FindServiceAsync(namespaceArn, name, context, cancellation) is { } found)
            return await IsManagedAsync(found, context, cancellation)
                ? found
                : throw EcsErrors.InvalidParameterException(
                    $"The discoveryName '{name}' is already used by {found}, which Amazon ECS does not manage."
                );
        var request = new CreateCloudMapService
        {
            Name = name,
            NamespaceId = IdOf(namespaceArn),
            Type = ServiceTypeOption.Http,
            CreatorRequestId = ids.Unique(),
            Description = "Managed by Amazon ECS for Service Connect",
            Tags = [new CloudMapTag { Key = ManagedTag, Value = "true" }],
        };
        try
        {
            return (await discovery.CreateServiceAsync(request, context, cancellation)).Service!.Arn!;
        }
        catch (AwsException refused)
            when (refused.Code is "InvalidInput" or "ResourceLimitExceeded" or "ServiceAlreadyExists")
        {
            throw EcsErrors.InvalidParameterException(refused.Message);
        }
    }

    /// <summary>Takes the service of an endpoint away; one that is not there, or not ECS's, is as good.</summary>
    /// <returns>False where it has instances still.</returns>
    internal async Task<bool> RemoveServiceAsync(
        string namespaceArn,
        string name,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (
            await FindServiceAsync(namespaceArn, name, context, cancellation) is not { } arn
            || !await IsManagedAsync(arn, context, cancellation)
        )
            return true;
        try
        {
            await discovery.DeleteServiceAsync(new DeleteCloudMapService { Id = arn }, context, cancellation);
            return true;
        }
        catch (AwsException gone) when (gone.Code == "ServiceNotFound")
        {
            return true;
        }
        catch (AwsException used) when (used.Code == "ResourceInUse")
        {
            return false;
        }
    }

    private async Task<ConnectNamespace?> FindAsync(
        string nameOrArn,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (Arn.IsArn(nameOrArn))
            return await FindByArnAsync(nameOrArn, context, cancellation);
        var request = new ListNamespacesRequest
        {
            Filters =
            [
                new NamespaceFilter
                {
                    Name = NamespaceFilterName.Name,
                    Values = [nameOrArn],
                    Condition = FilterCondition.Eq,
                },
            ],
        };
        // Of those with the same name, the one that is discovered by calls, as those are that ECS makes.
        return (await discovery.ListNamespacesAsync(request, context, cancellation))
            .Namespaces?.OrderBy(its => its.Type != NamespaceType.Http)
            .Select(its => new ConnectNamespace(its.Arn!, its.Name!))
            .FirstOrDefault();
    }

    private async Task<ConnectNamespace?> FindByArnAsync(
        string arn,
        CallContext context,
        CancellationToken cancellation
    )
    {
        try
        {
            var its = (
                await discovery.GetNamespaceAsync(new GetNamespaceRequest { Id = arn }, context, cancellation)
            ).Namespace!;
            return new ConnectNamespace(its.Arn!, its.Name!);
        }
        catch (AwsException gone) when (gone.Code is "NamespaceNotFound" or "InvalidInput")
        {
            return null;
        }
    }

    private async Task<string?> FindServiceAsync(
        string namespaceArn,
        string name,
        CallContext context,
        CancellationToken cancellation
    )
    {
        string? next = null;
        do
        {
            var request = new ListCloudMapServices
            {
                Filters = [new ServiceFilter { Name = ServiceFilterName.NamespaceId, Values = [IdOf(namespaceArn)] }],
                NextToken = next,
            };
            var page = await discovery.ListServicesAsync(request, context, cancellation);
            if ((page.Services ?? []).FirstOrDefault(its => its.Name == name) is { Arn: { } arn })
                return arn;
            next = page.NextToken;
        } while (next is not null);

        return null;
    }

    private async Task<bool> IsManagedAsync(string arn, CallContext context, CancellationToken cancellation)
    {
        var request = new ListCloudMapTags { ResourceARN = arn };
        var answer = await discovery.ListTagsForResourceAsync(request, context, cancellation);
        return (answer.Tags ?? []).Any(tag => tag is { Key: ManagedTag, Value: "true" });
    }

    private async Task AwaitAsync(string operation, CallContext context, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            var request = new GetOperationRequest { OperationId = operation };
            var its = (await discovery.GetOperationAsync(request, context, cancellation)).Operation!;
            if (its.Status == OperationStatus.Success)
                return;
            if (its.Status == OperationStatus.Fail || time.GetElapsedTime(began) > Patience)
                throw EcsErrors.InvalidParameterException(
                    its.ErrorMessage ?? "The Cloud Map namespace was not created in time. Try again."
                );
            await Task.Delay(BetweenLooks, time, cancellation);
        }
    }

    private static string IdOf(string arn) =>
        Arn.TryParse(arn, out var parsed) ? parsed.ResourceName : throw new ArgumentException($"{arn} is no ARN.");

    private static AwsException NotFound(string nameOrArn) =>
        EcsErrors.NamespaceNotFoundException($"The namespace {nameOrArn} was not found.");
}

/// <summary>A namespace of Cloud Map.</summary>
/// <param name="Arn">Its ARN.</param>
/// <param name="Name">Its name.</param>
internal sealed record ConnectNamespace(string Arn, string Name);
